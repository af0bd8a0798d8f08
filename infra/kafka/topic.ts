import type kafkajs from 'kafkajs'
import { reasonOf, Transient } from '#shared/errors.ts'
import type { Reading, Topic, TopicHandler, TopicReader } from '#shared/ports/topic.ts'
import { clientOf, retry, type Client, type ClusterAccess } from './client.ts'
import { surveyor, type Surveyor } from './extents.ts'
import { batches } from './taking.ts'

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
/** Brokers that answer no fetch for so long are told as not answering, ms; a fetch waits half a second for messages. */
const silentMs = 15_000

/** A topic of Kafka, read by a consumer group of one member. */
export function kafkaTopic(access: ClusterAccess, options: TopicOptions): Topic {
  return {
    async read(handler, begin) {
      const asked = surveyor(access, options.topic)
      const client = clientOf(access)
      try {
        const partitions = await settle(asked, handler, begin)
        const reader = newReader(client, options, { partitions, handler, asked })
        await reader.start()
        return reader
      } catch (thrown) {
        client.hangUp()
        await asked.close()
        throw thrown
      }
    },
  }
}

/** Sets where each partition begins, and tells of what is gone; how many partitions there are. */
async function settle(
  asked: Surveyor,
  handler: TopicHandler,
  begin: 'earliest' | 'latest',
): Promise<number> {
  const found = await asked.extents()
  for (const { partition, low, high } of found) {
    const from = handler.position(partition)
    if (from === undefined) {
      await handler.jump({ partition, to: begin === 'latest' ? high : low })
    } else if (from < low || from > high) await handler.jump({ partition, from, to: low })
  }
  return found.length
}

type Reader = TopicReader & { readonly start: () => Promise<void> }

type Read = {
  readonly partitions: number
  readonly handler: TopicHandler
  readonly asked: Surveyor
}

function newReader(
  { kafka, hangUp }: Client,
  { topic, group }: TopicOptions,
  { partitions, handler, asked }: Read,
): Reader {
  const consumer = consumerOf(kafka, group)
  const condition = newCondition(group, partitions)
  const resting = newRests()
  const passed = newPassed(handler)
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
  // kafkajs goes by itself over batches in which nothing is for anybody, and tells of them so.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    const { partition, batchSize, lastOffset } = payload
    if (batchSize === 0) passed.set(partition, Number(lastOffset) + 1)
  })
  consumer.on(consumer.events.CRASH, ({ payload: { error } }) => condition.ended(reasonOf(error)))
  const beatMs = times.heartbeatInterval
  const around = { topic, handler, surveyor: asked, seek, condition, passed, resting, beatMs }
  const eachBatch = batches(around)
  const end = (): Promise<void> => consumer.disconnect().catch(() => undefined)
  return {
    state: () => condition.reading(),
    behind: async () =>
      new Map(
        (await asked.extents()).map(({ partition, low, high }) => [
          partition,
          Math.max(0, high - (passed.of(partition) ?? low)),
        ]),
      ),
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
      await asked.close()
    },
  }
}

/** Up to where partitions are read, which may be further than the handler's positions. */
function newPassed(handler: TopicHandler) {
  // One entry for each partition of the topic.
  const known = new Map<number, number>()
  return {
    set: (partition: number, upTo: number) => void known.set(partition, upTo),
    forget: (partition: number) => void known.delete(partition),
    of(partition: number): number | undefined {
      const at = handler.position(partition)
      return at === undefined ? undefined : Math.max(at, known.get(partition) ?? 0)
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
