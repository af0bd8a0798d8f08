import type kafkajs from 'kafkajs'
import { reasonOf, Transient } from '#shared/errors.ts'
import type { Following, HopFollower, HopLog, HopMessage } from '#shared/ports/hop-log.ts'
import type { Reading } from '#shared/ports/topic.ts'
import { clientOf, retry, type Client, type ClusterAccess } from './client.ts'
import { hopProducer } from './hop-producer.ts'
import { surveyor, type Surveyor } from './extents.ts'

export type HopLogOptions = {
  /** Topics are called `PREFIX.HOP`. */
  readonly prefix: string
  readonly hops: readonly string[]
  /** A group of this process alone: who works where is said by leases, not by the brokers. */
  readonly group: string
}

/** Times of the group, ms: nobody else waits for its places, so it may be slow. */
const times = { sessionTimeout: 30_000, rebalanceTimeout: 60_000, heartbeatInterval: 3_000 }
/** How much is fetched at a time, bytes. */
const sizes = { maxBytesPerPartition: 1024 * 1024, maxBytes: 10 * 1024 * 1024 }
/** The pause before a reading that ended begins anew, ms. */
const againMs = 1_000

type Followed = {
  next: number
  readonly follower: HopFollower
  isOver: boolean
  /** It wanted no more. */
  isHalted: boolean
}
type At = { readonly topic: string; readonly partition: number }

/**
 * Logs between hops as topics, one partition for each place. Brokers keep them; who reads what is not their affair, so a worker
 * that comes or goes lets nobody else wait.
 *
 * @throws Transient if there is no answer, or a topic is missing
 */
export async function kafkaHopLog(access: ClusterAccess, options: HopLogOptions): Promise<HopLog> {
  const { prefix, hops, group } = options
  const topics = hops.map((hop) => `${prefix}.${hop}`)
  const asked = new Map(topics.map((topic) => [topic, surveyor(access, topic)]))
  // One entry for each place that is worked at here.
  const followed = new Map<string, Followed>()
  const producer = hopProducer(access)
  const reading = reader(access, topics, group, followed)
  const atOf = (place: string): At => {
    const cut = place.indexOf('/')
    return { topic: `${prefix}.${place.slice(0, cut)}`, partition: Number(place.slice(cut + 1)) }
  }
  await reading.open()
  return {
    append: async (messages: readonly HopMessage[]) =>
      await producer.send(messages.map(({ place, value }) => ({ ...atOf(place), value }))),
    follow(place, from, follower): Following {
      const at = atOf(place)
      const entry: Followed = { next: from, follower, isOver: false, isHalted: false }
      followed.set(keyOf(at), entry)
      reading.goOn(at)
      const more = (): void => {
        if (entry.isOver || !entry.isHalted) return
        entry.isHalted = false
        reading.goOn(at)
      }
      void expectThere(at, entry, asked.get(at.topic))
      return {
        more,
        leave() {
          entry.isOver = true
          if (followed.get(keyOf(at)) !== entry) return
          followed.delete(keyOf(at))
          reading.halt(at)
        },
      }
    },
    state: reading.state,
    async close() {
      for (const entry of followed.values()) entry.isOver = true
      await reading.close()
      await producer.close()
      for (const each of asked.values()) await each.close()
    },
  }
}

const keyOf = ({ topic, partition }: At): string => `${topic}/${partition}`

/** kafkajs goes elsewhere by itself where a message is not there, and says nothing as long as there is none. */
async function expectThere(at: At, entry: Followed, asked: Surveyor | undefined): Promise<void> {
  const from = entry.next
  const extents = await asked?.extents().catch(() => undefined)
  const its = extents?.find(({ partition }) => partition === at.partition)
  if (its && (from < its.low || from > its.high)) lose(entry, its.low, its.high)
}

function lose(entry: Followed, low: number, high: number): void {
  if (entry.isOver) return
  entry.isOver = true
  entry.follower.lost(`it has ${low} to ${high}, and ${entry.next} should come`)
}

type Reader = {
  readonly open: () => Promise<void>
  /** Reads a place from where its follower is. */
  readonly goOn: (at: At) => void
  readonly halt: (at: At) => void
  readonly state: () => Reading
  readonly close: () => Promise<void>
}

type Open = { readonly client: Client; readonly consumer: kafkajs.Consumer }

function reader(
  access: ClusterAccess,
  topics: readonly string[],
  group: string,
  followed: ReadonlyMap<string, Followed>,
): Reader {
  let open: Open | undefined
  let state: Reading = { as: 'reading' }
  let timer: NodeJS.Timeout | undefined
  const isClosed = (): boolean => state.as === 'ended'
  const begin = async (): Promise<void> => {
    const fresh = opened(access, group)
    open = fresh
    const { consumer } = fresh
    consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      // Nothing is fetched but what somebody follows, from where he is.
      for (const [topic, partitions] of Object.entries(memberAssignment)) {
        consumer.pause([{ topic, partitions }])
        for (const partition of partitions) goOn(consumer, { topic, partition }, followed)
      }
      if (!isClosed()) state = { as: 'reading' }
    })
    consumer.on(consumer.events.CRASH, ({ payload: { error } }) => {
      if (open === fresh) troubled(error)
    })
    await run(fresh, topics, followed)
  }
  const troubled = (thrown: unknown): void => {
    if (isClosed()) return
    state = { as: 'troubled', why: reasonOf(thrown) }
    timer = setTimeout(() => void again(), againMs)
  }
  const again = async (): Promise<void> => {
    const was = open
    open = undefined
    if (was) await end(was)
    if (!isClosed()) await begin().catch(troubled)
  }
  return {
    open: begin,
    goOn: (at) => {
      if (open) ifJoined(open, (consumer) => goOn(consumer, at, followed))
    },
    halt({ topic, partition }) {
      if (open) ifJoined(open, (consumer) => consumer.pause([{ topic, partitions: [partition] }]))
    },
    state: () => state,
    async close() {
      state = { as: 'ended', why: 'closed' }
      clearTimeout(timer)
      if (open) await end(open)
    },
  }
}

function opened(access: ClusterAccess, groupId: string): Open {
  const client = clientOf(access)
  const consumer = client.kafka.consumer({
    groupId,
    ...times,
    ...sizes,
    maxWaitTimeInMs: 500,
    allowAutoTopicCreation: false,
    // Who reads begins anew by himself.
    retry: { ...retry, restartOnFailure: () => Promise.resolve(false) },
  })
  return { client, consumer }
}

async function run(
  fresh: Open,
  topics: readonly string[],
  followed: ReadonlyMap<string, Followed>,
): Promise<void> {
  const { consumer } = fresh
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    const eachBatch = async (given: kafkajs.EachBatchPayload): Promise<void> => {
      hear(given, followed)
      await Promise.resolve()
    }
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch })
  } catch (cause) {
    await end(fresh)
    throw new Transient(`reading the topics ${topics.join(', ')}`, { cause })
  }
}

/**
 * Before it has joined, and while it ends, kafkajs takes no orders: then there is nothing to do, since whoever joins next begins
 * where the followers are.
 */
function ifJoined({ consumer }: Open, work: (consumer: kafkajs.Consumer) => void): void {
  try {
    work(consumer)
  } catch (thrown) {
    if (!/Consumer group was not initialized/.test(reasonOf(thrown))) throw thrown
  }
}

/** Fetches a place from where its follower is. */
function goOn(
  consumer: kafkajs.Consumer,
  { topic, partition }: At,
  followed: ReadonlyMap<string, Followed>,
): void {
  const entry = followed.get(keyOf({ topic, partition }))
  if (!entry || entry.isOver) return
  consumer.seek({ topic, partition, offset: String(entry.next) })
  consumer.resume([{ topic, partitions: [partition] }])
}

async function end({ consumer, client }: Open): Promise<void> {
  await consumer.disconnect().catch(() => undefined)
  client.hangUp()
}

/** What kafkajs has in a batch and does not declare. */
type Undeclared = { readonly fetchedOffset: string }

/** Hands over what of a batch comes next. It throws nothing: kafkajs would end for good. */
function hear(given: kafkajs.EachBatchPayload, followed: ReadonlyMap<string, Followed>): void {
  const { batch } = given
  const entry = followed.get(keyOf(batch))
  if (!entry || entry.isOver) return void given.pause()
  // Somebody has begun elsewhere meanwhile.
  if (!given.isRunning() || given.isStale()) return
  const at = Number((batch as kafkajs.Batch & Undeclared).fetchedOffset)
  const high = Number(batch.highWatermark)
  if (at > entry.next || high < entry.next) return lose(entry, at, high)
  for (const { offset, value } of batch.messages) {
    if (Number(offset) < entry.next) continue
    if (Number(offset) > entry.next) return lose(entry, Number(offset), high)
    if (entry.isOver) return void given.pause()
    if (!entry.follower.wants()) {
      entry.isHalted = true
      return void given.pause()
    }
    entry.next++
    given.resolveOffset(offset)
    entry.follower.take(value ?? Buffer.alloc(0), entry.next - 1)
  }
}
