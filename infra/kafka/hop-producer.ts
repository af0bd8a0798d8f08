import type kafkajs from 'kafkajs'
import { Transient, Unusable } from '#shared/errors.ts'
import { isAnswered } from './answered.ts'
import { clientOf, type Client, type ClusterAccess } from './client.ts'
import { portionsOf, portionMax } from './portions.ts'

/** A message that says where it goes. */
type Placed = { readonly topic: string; readonly partition: number; readonly value: Uint8Array }

export type HopProducer = {
  /**
   * Resolves when all copies in sync have all of the messages; those of one partition stand in their order.
   * @throws Transient: some may be written; Unusable if a topic takes less than one message, or than what is sent at a time
   */
  readonly send: (messages: readonly Placed[]) => Promise<void>
  readonly close: () => Promise<void>
}

/** So often another broker is tried before an attempt is told as failed. */
const connectRetries = 3
/** How long brokers may take for all copies, ms. */
const acksMs = 5_000

type Open = {
  readonly client: Pick<Client, 'hangUp'>
  readonly producer: Pick<kafkajs.Producer, 'sendBatch' | 'disconnect'>
}

/**
 * One attempt at a time for each caller: who is told that it failed says the same again.
 *
 * @param connect opens a way to the cluster
 */
export function hopProducer(access: ClusterAccess, connect = openTo): HopProducer {
  let opening: Promise<Open> | undefined
  const give = async (was: Promise<Open> | undefined): Promise<void> => {
    // Another caller may have opened anew meanwhile.
    if (opening === was) opening = undefined
    const open = await was?.catch(() => undefined)
    await open?.producer.disconnect().catch(() => undefined)
    open?.client.hangUp()
  }
  const write = async (portion: readonly Placed[]): Promise<void> => {
    const open = (opening ??= connect(access))
    try {
      const { producer } = await open
      const topicMessages = byTopic(portion)
      const answers = await producer.sendBatch({ acks: -1, timeout: acksMs, topicMessages })
      if (isAnswered(portion, answers)) return
    } catch (cause) {
      if (isTooLarge(cause)) throw new Unusable(tooLarge(portion), { cause })
      // kafkajs does not always come back by itself; who has left the cluster is asked anew.
      await give(open)
      throw new Transient('writing to topics', { cause })
    }
    throw new Transient('writing to topics', { cause: 'not every partition has answered' })
  }
  return {
    async send(messages) {
      // One after another: what is behind in a partition is not there before what is in front of it.
      for (const portion of portionsOf(messages)) await write(portion)
    },
    close: async () => await give(opening),
  }
}

async function openTo(access: ClusterAccess): Promise<Open> {
  const client = clientOf(access, connectRetries)
  try {
    const producer = client.kafka.producer({
      allowAutoTopicCreation: false,
      // Every message says its partition.
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
      // Sends are tried again by who sends: kafkajs' own retry of one loses messages (tulios/kafkajs#1303).
      retry: { retries: 0 },
    })
    await producer.connect()
    return { client, producer }
  } catch (thrown) {
    client.hangUp()
    throw thrown
  }
}

function byTopic(messages: readonly Placed[]): kafkajs.TopicMessages[] {
  const topics = new Map<string, kafkajs.Message[]>()
  for (const { topic, partition, value } of messages) {
    const message = { partition, value: Buffer.from(value) }
    const there = topics.get(topic)
    if (there) there.push(message)
    else topics.set(topic, [message])
  }
  return [...topics].map(([topic, its]) => ({ topic, messages: its }))
}

/** Brokers do not say which partition it was. */
function tooLarge(portion: readonly Placed[]): string {
  const topics = [...new Set(portion.map(({ topic }) => topic))].join(', ')
  const bytes = portion.reduce((sum, { value }) => sum + value.length, 0)
  return portion.length === 1
    ? `a message of ${bytes} bytes is larger than its topic takes: raise max.message.bytes of ${topics}`
    : `up to ${portionMax} bytes are sent at a time, and a topic takes less: raise max.message.bytes of ${topics} to what keytrail topics plan says`
}

/** What brokers say about a message itself (Kafka protocol, "error codes"). */
function isTooLarge(thrown: unknown): boolean {
  for (let each: unknown = thrown; each instanceof Error; each = each.cause)
    if (/^(MESSAGE_TOO_LARGE|RECORD_LIST_TOO_LARGE)$/.test((each as { type?: string }).type ?? ''))
      return true
  return false
}
