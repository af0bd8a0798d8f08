import kafkajs from 'kafkajs'
import { afterAll, beforeAll } from 'vitest'
import { startKafka } from '#test/integration/servers/kafka.ts'
import type { ClusterOptions, KafkaCluster } from '#test/integration/servers/kafka-nodes.ts'

export type FreshTopic = {
  readonly topic: string
  readonly admin: kafkajs.Admin
  readonly append: (
    partition: number,
    values: readonly (string | Uint8Array | null)[],
  ) => Promise<void>
  readonly end: () => Promise<void>
}

export type Broker = {
  readonly kafka: () => KafkaCluster
  /** A topic of its own, with who fills it. */
  readonly fresh: (
    configEntries?: { name: string; value: string }[],
    numPartitions?: number,
  ) => Promise<FreshTopic>
  /** All that is in a topic now. */
  readonly contentOf: (topic: FreshTopic) => Promise<readonly Got[]>
}

/** A message as somebody else reads it. */
export type Got = {
  readonly key: string
  readonly id: string
  readonly partition: number
  readonly value: string
}

let made = 0

/** A broker for the tests of a file. */
export function broker(options: () => ClusterOptions = () => ({})): Broker {
  const opened: { kafka?: KafkaCluster } = {}
  const kafka = (): KafkaCluster => {
    if (!opened.kafka) throw new Error('no broker')
    return opened.kafka
  }
  beforeAll(async () => void (opened.kafka = await startKafka(options())))
  afterAll(async () => await opened.kafka?.close())
  return {
    kafka,
    contentOf: async (topic) => await contentOf(topic, clientTo(kafka())),
    fresh: async (configEntries = [], numPartitions = 2) => {
      const client = clientTo(kafka())
      const topic = `topic-${process.pid}-${made++}`
      const admin = client.admin()
      await admin.connect()
      await admin.createTopics({
        waitForLeaders: false,
        topics: [{ topic, numPartitions, configEntries }],
      })
      for (let isLed = false; !isLed;)
        isLed = await admin
          .fetchTopicMetadata({ topics: [topic] })
          .then(({ topics }) => topics[0]?.partitions.every(({ leader }) => leader >= 0) ?? false)
          .catch(() => false)
      const createPartitioner = kafkajs.Partitioners.DefaultPartitioner
      const producer = client.producer({ allowAutoTopicCreation: false, createPartitioner })
      await producer.connect()
      return {
        topic,
        admin,
        append: async (partition, values) => {
          const bytes = (value: string | Uint8Array | null): Buffer | null =>
            value === null ? null : Buffer.from(value)
          const messages = values.map((value) => ({ partition, value: bytes(value) }))
          await producer.send({ topic, messages })
        },
        end: async () => {
          await producer.disconnect()
          await admin.disconnect()
        },
      }
    },
  }
}

const clientTo = ({ brokers }: KafkaCluster): kafkajs.Kafka =>
  new kafkajs.Kafka({
    logLevel: kafkajs.logLevel.NOTHING,
    clientId: 'test',
    brokers: [...brokers],
  })

async function contentOf({ topic, admin }: FreshTopic, client: kafkajs.Kafka): Promise<Got[]> {
  const ends = await admin.fetchTopicOffsets(topic)
  const total = ends.reduce((sum, { high }) => sum + Number(high), 0)
  const consumer = client.consumer({ groupId: `others-${made++}`, retry: { retries: 60 } })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  const got: Got[] = []
  await consumer.run({
    eachMessage: async ({ partition, message: { key, headers, value } }) => {
      const id = String(headers?.['id'])
      got.push({ key: String(key), id, partition, value: String(value) })
      await Promise.resolve()
    },
  })
  while (got.length < total) await new Promise((resolve) => setTimeout(resolve, 20))
  await consumer.disconnect()
  return got
}
