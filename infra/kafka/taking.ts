import type kafkajs from 'kafkajs'
import { Transient } from '#shared/errors.ts'
import type { TopicHandler, TopicMessage } from '#shared/ports/topic.ts'
import type { Surveyor } from './extents.ts'

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

/** How long a partition rests that the handler would not have, ms. */
const restMs = 1_000
/** The least time between two commits of a partition's position, ms. */
const commitMs = 5_000

export type Around = {
  readonly topic: string
  readonly handler: TopicHandler
  readonly surveyor: Surveyor
  readonly seek: (partition: number) => void
  readonly condition: {
    readonly heard: () => void
    readonly isGoing: () => boolean
    readonly broken: (thrown: unknown) => void
  }
  /**
   * Up to where a partition is read, with what stands behind the handler's position and is no message for anybody: marks of
   * transactions, and what was aborted.
   */
  readonly passed: {
    readonly set: (partition: number, upTo: number) => void
    readonly forget: (partition: number) => void
  }
  /** Lets a partition be fetched again after a while, ms. */
  readonly resting: { readonly rest: (resume: () => void, ms: number) => void }
  /** Keeps the place in the group; how often, ms. */
  readonly beatMs: number
}

/** What is done with each batch. It throws nothing: kafkajs would end for good, or read the same for ever. */
export function batches(around: Around): (given: Batch) => Promise<void> {
  const { topic, handler, seek, condition, passed, resting, beatMs } = around
  // One entry for each partition of the topic.
  const committed = new Map<number, number>()
  const commit = (partition: number, given: Batch): void => {
    const now = Date.now()
    const at = handler.position(partition)
    if (at === undefined || now - (committed.get(partition) ?? 0) < commitMs) return
    committed.set(partition, now)
    const its = [{ partition, offset: String(at) }]
    given.commitOffsetsIfNecessary({ topics: [{ topic, partitions: its }] }).catch(() => undefined)
  }
  return async (given) => {
    const { batch } = given
    if (!condition.isGoing() || !given.isRunning() || given.isStale()) return
    // A handler that waits for the log keeps its place in the group.
    const alive = (): void => {
      condition.heard()
      given.heartbeat().catch(() => undefined)
    }
    const beat = setInterval(alive, beatMs)
    try {
      const wait = await taken(batch, around)
      if (wait === 'elsewhere') return seek(batch.partition)
      resolveTo(handler.position(batch.partition), given, passed)
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
async function taken(
  batch: kafkajs.Batch,
  { handler, surveyor, passed }: Around,
): Promise<number | 'elsewhere'> {
  const { partition, highWatermark } = batch
  const at = Number((batch as kafkajs.Batch & Undeclared).fetchedOffset)
  const want = handler.position(partition)
  // A partition that was added since: its first message is where it begins.
  if (want === undefined) await handler.jump({ partition, to: Number(batch.firstOffset() ?? at) })
  else if (at > want ? await isGone(want, partition, surveyor) : Number(highWatermark) < want) {
    passed.forget(partition)
    await handler.jump({ partition, from: want, to: at })
  } else if (at < want) return 'elsewhere'
  const messages = batch.messages.map(messageOf)
  return await handler.take({ partition, messages, end: Number(highWatermark) })
}

/**
 * kafkajs has gone further by itself: to the earliest message, since what it asked for is not there any more; or over marks of
 * transactions and what was aborted, which nobody is to read.
 */
async function isGone(want: number, partition: number, surveyor: Surveyor): Promise<boolean> {
  const extents = await surveyor.extents()
  return extents.some((its) => its.partition === partition && its.low > want)
}

/** Lets kafkajs go on where the handler is; behind the last message it goes over what is none by itself. */
function resolveTo(at: number | undefined, given: Batch, passed: Around['passed']): void {
  const { messages, partition } = given.batch
  const last = messages.at(-1)
  if (at === undefined || !last) return
  if (at > Number(last.offset)) {
    given.resolveOffset(last.offset)
    passed.set(partition, Number(given.batch.lastOffset()) + 1)
  } else if (at > Number(messages[0]?.offset ?? at)) given.resolveOffset(String(at - 1))
}
