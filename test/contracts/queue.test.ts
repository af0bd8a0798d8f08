import { memoryBuckets, memoryQueue } from '#infra/memory/queue.ts'
import { bucketsContract, queueContract } from './queue.ts'

queueContract('memory', async () => {
  let now = 0
  const queue = memoryQueue(() => now)
  return await Promise.resolve({
    queue,
    send: async (body) => await Promise.resolve(queue.send(body)),
    pass: async (seconds) => await Promise.resolve(void (now += seconds * 1000)),
  })
})

bucketsContract('memory', async () => {
  const buckets = memoryBuckets()
  const bucket = 'trail'
  return await Promise.resolve({
    buckets,
    bucket,
    put: async (key, bytes) => await Promise.resolve(buckets.put({ bucket, key }, bytes)),
  })
})
