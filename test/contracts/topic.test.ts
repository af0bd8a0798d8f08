import { memoryTopic } from '#infra/memory/topic.ts'
import { topicContract } from './topic.ts'

topicContract('memory', async () => {
  const topic = memoryTopic(2)
  return await Promise.resolve({
    topic,
    append: async (partition, values) => {
      for (const value of values) topic.append(partition, value)
      await Promise.resolve()
    },
    forget: async (partition, before) => {
      topic.forget(partition, before)
      await Promise.resolve()
    },
  })
})
