import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { files } from '#infra/files/files.ts'
import { memoryIntake } from '#infra/memory/intake.ts'
import { memoryBuckets, memoryQueue } from '#infra/memory/queue.ts'
import { manualScheduler } from '#infra/memory/scheduler.ts'
import { messageLimitsOf } from '#services/ingest/limits.ts'
import { normalise } from '#services/normalise/normalise.ts'
import type { Delivered } from './deliver.ts'
import { queueSource, type QueueOptions } from './queue.ts'
import { trail } from '#test/trail.ts'

const file = (from: number, to: number): Buffer =>
  gzipSync(
    JSON.stringify({ Records: Array.from({ length: to - from }, (_, n) => trail(from + n)) }),
  )

const telling = (key: string, bucket = 'trail'): string =>
  JSON.stringify({
    Records: [
      {
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: bucket }, object: { key, size: 1 } },
      },
    ],
  })

const start = Date.parse('2026-05-04T10:00:00Z')

function world(options: Partial<QueueOptions> = {}) {
  const scheduler = manualScheduler(start)
  const queue = memoryQueue(() => scheduler.now())
  const buckets = memoryBuckets()
  const intake = memoryIntake()
  const told: Delivered[] = []
  const source = queueSource(
    { name: 'files', holds: 'files', buckets: ['trail'], ...options },
    {
      queue,
      buckets,
      intake,
      scheduler,
      gunzip: files.gunzip,
      bounds: messageLimitsOf(20_000, 16),
      normalise: (raw) => normalise(raw, { trustedAccounts: new Set() }),
      told: (each) => told.push(each),
    },
  )
  const ids = () => intake.logged.flatMap(({ records }) => records.map(({ record }) => record))
  const dead = () => intake.logged.flatMap((offer) => offer.dead ?? [])
  const put = (key: string, bytes: Uint8Array) => buckets.put({ bucket: 'trail', key }, bytes)
  const poll = async () => await source.poll(scheduler.now())
  return { scheduler, queue, buckets, intake, told, ids, dead, put, poll }
}

test('the files that a queue tells of are read, and their messages removed', async () => {
  const { queue, put, poll, ids, told } = world()
  put('a.json.gz', file(0, 3_000))
  put('b.json.gz', file(3_000, 3_010))
  queue.send(telling('a.json.gz'))
  queue.send(telling('b.json.gz'))
  await poll()
  expect(new Set(ids()).size).toBe(3_010)
  expect(queue.count()).toBe(0)
  expect(told.reduce((sum, { mapped }) => sum + mapped, 0)).toBe(3_010)
  expect(told.find(({ lag }) => lag !== undefined)?.lag).toBe(3_600_000)
  expect(told.find(({ behind }) => behind)?.behind).toEqual({
    partitions: new Map([[0, 0]]),
    inHand: 0,
  })
})

test('a message is kept until all that it says is logged', async () => {
  const { queue, intake, put, poll, ids } = world()
  put('a.json.gz', file(0, 5))
  queue.send(telling('a.json.gz'))
  intake.break()
  await expect(poll()).rejects.toThrow('no space left')
  expect(queue.count()).toBe(1)
  intake.mend()
  await poll()
  expect(ids()).toEqual([])
  expect(queue.count()).toBe(1)
})

test('what comes again once it is visible again is read then', async () => {
  const { queue, scheduler, intake, put, poll, ids } = world()
  put('a.json.gz', file(0, 5))
  queue.send(telling('a.json.gz'))
  intake.break()
  await expect(poll()).rejects.toThrow('no space left')
  intake.mend()
  scheduler.pass(30_000)
  await poll()
  expect(ids()).toHaveLength(5)
  expect(queue.count()).toBe(0)
})

test('a message is hidden again as long as it is worked on, and no longer', async () => {
  const { queue, scheduler, intake, put, poll, ids } = world()
  put('a.json.gz', file(0, 5))
  queue.send(telling('a.json.gz'))
  intake.pause()
  const polled = poll()
  while (queue.hides() < 4) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    scheduler.pass(10_000)
  }
  expect((await queue.counts()).waiting).toBe(0)
  intake.resume()
  await polled
  expect(ids()).toHaveLength(5)
  const hides = queue.hides()
  scheduler.pass(400_000)
  expect(queue.hides()).toBe(hides)
})

test('a file that breaks off, or may not be read, is told and read again; the others are read', async () => {
  for (const how of ['breaks', 'refused'] as const) {
    const { queue, scheduler, buckets, put, poll, ids } = world()
    put('a.json.gz', file(0, 500))
    put('b.json.gz', file(500, 505))
    queue.send(telling('a.json.gz'))
    queue.send(telling('b.json.gz'))
    buckets.spoil('a.json.gz', how)
    expect(await poll()).toMatchObject({
      ms: 0,
      trouble: {
        message: expect.stringContaining(
          how === 'breaks' ? 'the connection broke' : 'denied',
        ) as string,
      },
    })
    expect(queue.count()).toBe(1)
    expect(await poll(), 'it is hidden, not well').toMatchObject({ ms: 0, trouble: {} })
    scheduler.pass(30_000)
    expect(await poll()).toBe(0)
    expect(new Set(ids()).size).toBe(505)
    expect(queue.count()).toBe(0)
  }
})

test('poison is a dead letter and removed', async () => {
  const { queue, put, poll, dead, ids } = world()
  put('half.json.gz', file(0, 100).subarray(0, 200))
  put('prose.json', Buffer.from('hello'))
  put('report.json', Buffer.from(JSON.stringify({ kind: 'task.ended', id: 'x', task: 't' })))
  for (const body of [
    '{"half":',
    JSON.stringify(trail(1)),
    telling('gone.json.gz'),
    telling('a.json.gz', 'of-somebody-else'),
    telling('half.json.gz'),
    telling('prose.json'),
    telling('report.json'),
  ])
    queue.send(body)
  await poll()
  expect(queue.count()).toBe(0)
  expect(ids()).toEqual([])
  expect(new Set(dead().map(({ source }) => source))).toEqual(
    new Set([
      'files message m-1',
      'files message m-2',
      's3://trail/gone.json.gz',
      's3://of-somebody-else/a.json.gz',
      's3://trail/half.json.gz',
      's3://trail/prose.json',
      's3://trail/report.json',
    ]),
  )
})

test('what a trail writes beside its log files, and news of no object, are removed unread', async () => {
  const { queue, poll, dead, told } = world()
  queue.send(telling('AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/05/04/x.json.gz'))
  queue.send(JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'trail' }))
  await poll()
  expect(queue.count()).toBe(0)
  expect(dead()).toEqual([])
  expect(told.reduce((sum, { ignored }) => sum + ignored, 0)).toBe(2)
})

test('a queue of calls holds the records themselves, and reads no object', async () => {
  const { queue, put, poll, ids, dead } = world({ holds: 'calls', buckets: [] })
  put('a.json.gz', file(0, 5))
  const call = { source: 'aws.s3', 'detail-type': 'AWS API Call via CloudTrail', detail: trail(7) }
  queue.send(JSON.stringify(call))
  queue.send(JSON.stringify({ Type: 'Notification', Message: JSON.stringify(call) }))
  queue.send(telling('a.json.gz'))
  queue.send(JSON.stringify({ kind: 'task.ended', id: 'x', task: 't', time: 1, agent: 'a' }))
  await poll()
  expect(queue.count()).toBe(0)
  expect(ids()).toHaveLength(2)
  expect(new Set(ids()).size).toBe(1)
  expect(dead().map(({ source }) => source)).toEqual(['files message m-3', 'files message m-4'])
})

test('a queue that does not answer is told', async () => {
  const { queue, poll } = world()
  queue.refuse('no permission')
  await expect(poll()).rejects.toThrow('no permission')
})

test('an object that may not be read holds back none of its message, nor what is odd in it', async () => {
  const { queue, scheduler, buckets, put, poll, ids, dead } = world()
  put('a.json.gz', file(0, 5))
  put('b.json.gz', file(5, 10))
  buckets.spoil('a.json.gz', 'refused')
  queue.send(JSON.stringify({ s3Bucket: 'trail', s3ObjectKey: ['a.json.gz', 7, 'b.json.gz'] }))
  await expect(poll()).rejects.toThrow('denied')
  expect(ids()).toHaveLength(5)
  expect(dead()).toMatchObject([{ source: 'files message m-1' }])
  expect(queue.count()).toBe(1)
  scheduler.pass(30_000)
  await poll()
  expect(new Set(ids()).size).toBe(10)
  expect(queue.count()).toBe(0)
})

test('of a bucket only objects below the prefix are read, if one is named', async () => {
  const { queue, put, poll, ids, intake } = world({ prefix: 'AWSLogs/o-1/' })
  put('AWSLogs/o-1/a.json.gz', file(0, 5))
  put('private.json.gz', file(5, 10))
  queue.send(telling('AWSLogs/o-1/a.json.gz'))
  queue.send(telling('private.json.gz'))
  await poll()
  expect(new Set(ids()).size).toBe(5)
  expect(queue.count()).toBe(0)
  expect(intake.logged.flatMap(({ dead = [] }) => dead)).toMatchObject([
    { source: 's3://trail/private.json.gz', reason: expect.stringContaining('begins otherwise') },
  ])
})
