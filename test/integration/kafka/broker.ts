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
    fresh: async (configEntries = [], numPartitions = 2) => {
      const quiet = { logLevel: kafkajs.logLevel.NOTHING, clientId: 'test' }
      const client = new kafkajs.Kafka({ ...quiet, brokers: [...kafka().brokers] })
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
