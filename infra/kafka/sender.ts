import kafkajs from 'kafkajs'
import { z } from 'zod'
import type { Destination } from '#shared/config/destinations.ts'
import { reasonOf } from '#shared/errors.ts'
import type { Delivery } from '#shared/ports/outbox.ts'
import type { Sender, Sent } from '#shared/ports/sender.ts'
import { clientOf, type Client, type ClusterAccess } from './client.ts'
import { isAnswered, type Addressed } from './answered.ts'

export type ResultTopics = Extract<Destination, { kind: 'kafka' }>['topics']

/** Deliveries at a time, each of another incident. */
const width = 4
/** How long one attempt goes on, ms; what is not written by then is tried again later. */
const attemptMs = 10_000
/** The pause between two tries of one attempt, ms. */
const againMs = 200
/** So often another broker is tried before the attempt begins anew. */
const connectRetries = 3
/** How long brokers may take for all copies, ms. */
const acksMs = 5_000

/** Classes of OCSF 1.8.0 by the topic that they go to. */
const topicOf: Readonly<Record<number, keyof ResultTopics>> = {
  2005: 'incidents',
  2004: 'findings',
  7001: 'receipts',
  6003: 'evidence',
}

/** What is looked at of an event. */
const Told = z.object({
  class_uid: z.number(),
  metadata: z.object({ uid: z.string() }),
})

type Open = {
  readonly client: Client
  readonly producer: kafkajs.Producer
  readonly partition: (topic: string, key: string) => number
}

/**
 * Sends each event of a delivery to the topic of its class, keyed by the incident's handle, so that those of one incident stay in
 * order and a compacted topic of incidents has the last of each. Delivered means that all copies in sync have it. An answer that is
 * lost makes the same messages come again, with the same `id` in their headers.
 *
 * @param access read anew whenever the connection is, so that secrets can be replaced
 */
export function kafkaSender(access: () => ClusterAccess, topics: ResultTopics): Sender {
  const names = Object.values(topics).filter((name) => name !== undefined)
  let opening: Promise<Open> | undefined
  const opened = (): Promise<Open> => (opening ??= openTo(access, names))
  /** Another delivery may have opened anew meanwhile. */
  const give = async (was: Promise<Open> | undefined): Promise<void> => {
    if (opening === was) opening = undefined
    const open = await was?.catch(() => undefined)
    await open?.producer.disconnect().catch(() => undefined)
    open?.client.hangUp()
  }
  const attempt = async (delivery: Delivery, until: number): Promise<Sent> => {
    for (;;) {
      const open = opened()
      const why = await written(await settled(open), delivery, topics)
      if (why === undefined) return { as: 'delivered' }
      if (hopeless.test(why)) return { as: 'refused', why }
      // kafkajs does not always come back by itself; who has left the cluster is asked anew.
      await give(open)
      if (Date.now() + againMs >= until) return { as: 'later', why }
      await new Promise((resolve) => setTimeout(resolve, againMs))
    }
  }
  return {
    width,
    send: async (delivery) => await attempt(delivery, Date.now() + attemptMs),
    close: async () => await give(opening),
  }
}

/** What brokers say about a message itself (Kafka protocol, "error codes"). */
const hopeless = /^(?:MESSAGE_TOO_LARGE|RECORD_LIST_TOO_LARGE|INVALID_RECORD): /

async function settled(open: Promise<Open>): Promise<Open | string> {
  try {
    return await open
  } catch (thrown) {
    return wordsOf(thrown)
  }
}

/** Writes a delivery; why it is not written, undefined if it is. */
async function written(
  open: Open | string,
  delivery: Delivery,
  topics: ResultTopics,
): Promise<string | undefined> {
  if (typeof open === 'string') return open
  try {
    const addressed = addressedIn(delivery, topics, open.partition)
    if (addressed.length === 0) return undefined
    const topicMessages = addressed.map(({ topic, ...message }) => ({ topic, messages: [message] }))
    const answers = await open.producer.sendBatch({ acks: -1, timeout: acksMs, topicMessages })
    return isAnswered(addressed, answers) ? undefined : 'not every partition has answered'
  } catch (thrown) {
    return wordsOf(thrown)
  }
}

/** What was thrown, or what stands behind it, with the code of Kafka where it has one. */
function wordsOf(thrown: unknown): string {
  for (let each: unknown = thrown; each instanceof Error; each = each.cause) {
    const { type } = each as { readonly type?: string }
    if (type !== undefined) return `${type}: ${each.message}`
  }
  return reasonOf(thrown)
}

/** @throws if a topic is not there, or nobody answers */
async function openTo(access: () => ClusterAccess, topics: readonly string[]): Promise<Open> {
  const client = clientOf(access(), connectRetries)
  try {
    const partitions = await partitionsOf(client.kafka, topics)
    const createPartitioner = kafkajs.Partitioners.DefaultPartitioner
    const producer = client.kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner,
      // Sends are tried again here: kafkajs' own retry of one loses messages (tulios/kafkajs#1303).
      retry: { retries: 0 },
    })
    await producer.connect()
    const choose = createPartitioner()
    return {
      client,
      producer,
      // As every client of Kafka does with a key, so that others may join by it.
      partition: (topic, key) =>
        choose({
          topic,
          partitionMetadata: partitions.get(topic) ?? [],
          message: { key, value: null },
        }),
    }
  } catch (thrown) {
    client.hangUp()
    throw thrown
  }
}

async function partitionsOf(kafka: kafkajs.Kafka, topics: readonly string[]) {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const found = await admin.fetchTopicMetadata({ topics: [...new Set(topics)] })
    return new Map(found.topics.map(({ name, partitions }) => [name, partitions]))
  } finally {
    await admin.disconnect().catch(() => undefined)
  }
}

function addressedIn(
  { body, incident, event }: Delivery,
  topics: ResultTopics,
  partition: Open['partition'],
): Addressed[] {
  return body.split('\n').flatMap((line) => {
    if (line === '') return []
    const { class_uid, metadata } = Told.parse(JSON.parse(line))
    const kind = topicOf[class_uid]
    const topic = kind && topics[kind]
    if (topic === undefined) return []
    // No time of ours: brokers would forget at once what they get late. The event has its own.
    const headers = { id: metadata.uid, event, 'content-type': 'application/json' }
    const key = incident
    const at = partition(topic, key)
    return [{ topic, key, partition: at, value: line, headers }]
  })
}
