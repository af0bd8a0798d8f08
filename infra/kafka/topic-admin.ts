import kafkajs from 'kafkajs'
import { Transient } from '#shared/errors.ts'
import type { TopicAdmin, TopicForm } from '#shared/ports/topic-admin.ts'
import { clientOf, type ClusterAccess } from './client.ts'

/** So often another broker is tried before it is told that there is no answer. */
const retries = 5
/** How long leaders of new partitions may take, ms, and how often it is looked. */
const leadersMs = 30_000
const lookMs = 200

export function kafkaTopicAdmin(access: ClusterAccess): TopicAdmin {
  const { kafka, hangUp } = clientOf(access, retries)
  const admin = kafka.admin()
  const asked = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      await admin.connect()
      return await work()
    } catch (cause) {
      throw new Transient(doing, { cause })
    }
  }
  return {
    look: async (wanted) => await asked('looking at topics', async () => await look(admin, wanted)),
    make: async (wanted) =>
      await asked('making topics', async () => {
        const topics = wanted.map(({ topic, partitions, copies, settings }) => ({
          topic,
          numPartitions: partitions,
          replicationFactor: copies,
          configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
        }))
        // kafkajs gives up too early by itself where a broker does not know the topic yet.
        await admin.createTopics({ waitForLeaders: false, topics })
        await expectLeaders(admin, wanted)
      }),
    async close() {
      await admin.disconnect().catch(() => undefined)
      hangUp()
    },
  }
}

async function look(
  admin: kafkajs.Admin,
  wanted: readonly TopicForm[],
): Promise<readonly TopicForm[]> {
  const known = new Set(await admin.listTopics())
  const there = wanted.filter(({ topic }) => known.has(topic))
  if (there.length === 0) return []
  const { topics } = await admin.fetchTopicMetadata({ topics: there.map(({ topic }) => topic) })
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: there.map(({ topic: name, settings }) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: Object.keys(settings),
    })),
  })
  return topics.map(({ name: topic, partitions }) => {
    const entries = resources.find(({ resourceName }) => resourceName === topic)?.configEntries
    return {
      topic,
      partitions: partitions.length,
      copies: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      settings: Object.fromEntries(
        (entries ?? []).map(({ configName, configValue }) => [configName, configValue]),
      ),
    }
  })
}

async function expectLeaders(admin: kafkajs.Admin, made: readonly TopicForm[]): Promise<void> {
  const topics = made.map(({ topic }) => topic)
  for (const until = Date.now() + leadersMs; Date.now() < until;) {
    const found = await admin.fetchTopicMetadata({ topics }).catch(() => undefined)
    if (found?.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0)))
      return
    await new Promise((resolve) => setTimeout(resolve, lookMs))
  }
  throw new Error(`partitions of ${topics.join(', ')} have no leader`)
}
