import type kafkajs from 'kafkajs'
import { reasonOf, Transient } from '#shared/errors.ts'
import type {
  Reading,
  Topic,
  TopicHandler,
  TopicMessage,
  TopicReader,
} from '#shared/ports/topic.ts'
import { clientOf, retry, type Client, type ClusterAccess } from './client.ts'

export type TopicOptions = {
  readonly topic: string
  /**
   * The group under which its brokers know us. Nobody else may be in it: what another member is given is not read here. Positions
   * that are committed to it are for those who watch; none is read back.
   */
  readonly group: string
}

/**
 * Times of the group, ms. A member that is not heard for a session is given up: for so long a reader waits whose predecessor was
 * killed. A batch may take as long as a rebalance.
 */
const times = { sessionTimeout: 10_000, rebalanceTimeout: 60_000, heartbeatInterval: 3_000 }
/** How much is fetched at a time, bytes, from a partition and in all; one message that is larger is fetched nevertheless. */
const sizes = { maxBytesPerPartition: 1024 * 1024, maxBytes: 10 * 1024 * 1024 }
/** Partitions whose messages are handed over at the same time. */
const atOnce = 4
/** How long a partition rests that the handler would not have, ms. */
const restMs = 1_000
/** The least time between two commits of a partition's position, ms. */
const commitMs = 5_000
/** Brokers that answer no fetch for so long are told as not answering, ms; a fetch waits half a second for messages. */
const silentMs = 15_000

/** A topic of Kafka, read by a consumer group of one member. */
export function kafkaTopic(access: ClusterAccess, options: TopicOptions): Topic {
  return {
    async read(handler, begin) {
      const partitions = await settle(access, options.topic, handler, begin)
      const client = clientOf(access)
      try {
        const reader = newReader(client, options, partitions, handler)
        await reader.start()
        return reader
      } catch (thrown) {
        client.hangUp()
        throw thrown
      }
    },
  }
}

/** Sets where each partition begins, and tells of what is gone; how many partitions there are. */
async function settle(
  access: ClusterAccess,
  topic: string,
  handler: TopicHandler,
  begin: 'earliest' | 'latest',
): Promise<number> {
  const found = await offsetsOf(access, topic)
  for (const { partition, low, high } of found) {
    const from = handler.position(partition)
    if (from === undefined) {
      const to = Number(begin === 'latest' ? high : low)
      await handler.jump({ partition, to })
    } else if (from < Number(low) || from > Number(high))
      await handler.jump({ partition, from, to: Number(low) })
  }
  return found.length
}

/** Who asks for a topic is told soon that there is no answer. */
const askRetries = 5

async function offsetsOf(access: ClusterAccess, topic: string) {
  const { kafka, hangUp } = clientOf(access, askRetries)
  const admin = kafka.admin()
  try {
    await admin.connect()
    return await admin.fetchTopicOffsets(topic)
  } catch (cause) {
    throw new Transient(`asking for the topic ${topic}`, { cause })
  } finally {
    await admin.disconnect().catch(() => undefined)
    hangUp()
  }
}

type Batch = kafkajs.EachBatchPayload
/** What kafkajs has in a batch and does not declare. */
type Undeclared = { readonly fetchedOffset: string }
type MessageContext = { readonly batchContext?: { readonly timestampType?: number } }

/** `timestampType` of topics where the broker stamps (KIP-32, message.timestamp.type=LogAppendTime). */
const appendTime = 1

function messageOf(message: kafkajs.KafkaMessage & MessageContext): TopicMessage {
  const { offset, value, timestamp, batchContext } = message
  const isAppended = batchContext?.timestampType === appendTime
  return { offset: Number(offset), value, ...(isAppended && { appended: Number(timestamp) }) }
}

type Reader = TopicReader & { readonly start: () => Promise<void> }

function newReader(
  { kafka, hangUp }: Client,
  options: TopicOptions,
  partitions: number,
  handler: TopicHandler,
): Reader {
  const { topic, group } = options
  const consumer = consumerOf(kafka, group)
  const condition = newCondition(group, partitions)
  const resting = newRests()
  const seek = (partition: number): void => {
    const at = handler.position(partition)
    if (at !== undefined) consumer.seek({ topic, partition, offset: String(at) })
  }
  consumer.on(consumer.events.FETCH, condition.heard)
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const ours = payload.memberAssignment[topic] ?? []
    condition.joined(ours.length)
    // A new member of the group knows no position but the committed ones: ours are said before it fetches.
    for (const partition of ours) seek(partition)
  })
  consumer.on(consumer.events.CRASH, ({ payload: { error } }) => condition.ended(reasonOf(error)))
  const eachBatch = batches(topic, handler, { seek, condition, resting })
  const end = (): Promise<void> => consumer.disconnect().catch(() => undefined)
  return {
    state: () => condition.reading(),
    async start() {
      try {
        await consumer.connect()
        await consumer.subscribe({ topics: [topic], fromBeginning: true })
        const ours = { autoCommit: false, eachBatchAutoResolve: false }
        await consumer.run({ ...ours, partitionsConsumedConcurrently: atOnce, eachBatch })
      } catch (cause) {
        await end()
        throw new Transient(`reading the topic ${topic}`, { cause })
      }
    },
    async close() {
      condition.ended('closed')
      resting.clear()
      await end()
      hangUp()
    },
  }
}

const consumerOf = (kafka: kafkajs.Kafka, groupId: string): kafkajs.Consumer =>
  kafka.consumer({
    groupId,
    ...times,
    ...sizes,
    maxWaitTimeInMs: 500,
    allowAutoTopicCreation: false,
    // Whether and when it begins again is decided by who asked for the reading.
    retry: { ...retry, restartOnFailure: () => Promise.resolve(false) },
  })

/** What is known of how the reading does. */
function newCondition(group: string, partitions: number) {
  let state: Reading = { as: 'reading' }
  let assigned = partitions
  let fetched = Date.now()
  const set = (next: Reading): void => {
    if (state.as === 'reading') state = next
  }
  return {
    heard: () => void (fetched = Date.now()),
    joined(count: number) {
      fetched = Date.now()
      assigned = count
    },
    ended: (why: string) => set({ as: 'ended', why }),
    broken: (thrown: unknown) => set({ as: 'broken', thrown }),
    isGoing: () => state.as === 'reading',
    reading(): Reading {
      if (state.as !== 'reading') return state
      const others = partitions - assigned
      if (others > 0)
        return {
          as: 'troubled',
          why: `somebody else in the group ${group} reads ${others} of ${partitions} partitions: give each its own group`,
        }
      const seconds = Math.floor((Date.now() - fetched) / 1000)
      if (seconds * 1000 <= silentMs) return state
      return { as: 'troubled', why: `no broker has answered for ${seconds} s` }
    },
  }
}

/** Partitions that are not fetched for a while. At most one timer for each. */
function newRests() {
  const timers = new Set<NodeJS.Timeout>()
  return {
    rest(resume: () => void, ms: number) {
      const timer = setTimeout(() => {
        timers.delete(timer)
        resume()
      }, ms)
      timers.add(timer)
    },
    clear() {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

type Around = {
  readonly seek: (partition: number) => void
  readonly condition: ReturnType<typeof newCondition>
  readonly resting: ReturnType<typeof newRests>
}

/** What is done with each batch. It throws nothing: kafkajs would end for good, or read the same for ever. */
function batches(topic: string, handler: TopicHandler, { seek, condition, resting }: Around) {
  const committed = new Map<number, number>()
  const commit = (partition: number, given: Batch): void => {
    const now = Date.now()
    const at = handler.position(partition)
    if (at === undefined || now - (committed.get(partition) ?? 0) < commitMs) return
    committed.set(partition, now)
    const its = [{ partition, offset: String(at) }]
    given.commitOffsetsIfNecessary({ topics: [{ topic, partitions: its }] }).catch(() => undefined)
  }
  return async (given: Batch): Promise<void> => {
    const { batch } = given
    if (!condition.isGoing() || !given.isRunning() || given.isStale()) return
    // A handler that waits for the log keeps its place in the group.
    const alive = (): void => {
      condition.heard()
      given.heartbeat().catch(() => undefined)
    }
    const beat = setInterval(alive, times.heartbeatInterval)
    try {
      const wait = await taken(batch, handler)
      if (wait === 'elsewhere') return seek(batch.partition)
      resolveTo(handler.position(batch.partition), given)
      commit(batch.partition, given)
      if (wait > 0) resting.rest(given.pause(), wait)
    } catch (thrown) {
      const resume = given.pause()
      if (thrown instanceof Transient) resting.rest(resume, restMs)
      else condition.broken(thrown)
    } finally {
      clearInterval(beat)
    }
  }
}

/** Hands over what of a batch is new; ms to wait, or that these are not the messages that should come now. */
async function taken(batch: kafkajs.Batch, handler: TopicHandler): Promise<number | 'elsewhere'> {
  const { partition, highWatermark } = batch
  const at = Number((batch as kafkajs.Batch & Undeclared).fetchedOffset)
  const want = handler.position(partition)
  const first = Number(batch.firstOffset() ?? at)
  // A partition that was added since: its first message is where it begins.
  if (want === undefined) await handler.jump({ partition, to: first })
  // kafkajs has gone to the earliest message by itself, since what it asked for is not there.
  else if (at > want || Number(highWatermark) < want)
    await handler.jump({ partition, from: want, to: at })
  else if (at < want) return 'elsewhere'
  const messages = batch.messages.map(messageOf)
  return await handler.take({ partition, messages, end: Number(highWatermark) })
}

/** Lets kafkajs go on where the handler is. */
function resolveTo(at: number | undefined, given: Batch): void {
  const { messages } = given.batch
  const last = messages.at(-1)
  if (at === undefined || !last) return
  if (at > Number(last.offset)) given.resolveOffset(last.offset)
  else if (at > Number(messages[0]?.offset ?? at)) given.resolveOffset(String(at - 1))
}
