import { Transient } from '#shared/errors.ts'
import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import type { Offer } from '#shared/ports/intake.ts'
import type { Jump, Topic, TopicBatch, TopicHandler, TopicReader } from '#shared/ports/topic.ts'
import { deadLetter } from '#services/ingest/dead-letters.ts'
import type { MessageLimits } from '#services/ingest/limits.ts'
import { cannotRead, type DeliverPorts } from './deliver.ts'
import { lagOf } from './lag.ts'
import { understand, type Holding, type Understood } from './messages.ts'
import type { Source } from './source.ts'

export type TopicOptions = {
  readonly name: string
  /** As its broker calls it. */
  readonly topic: string
  readonly begin: 'earliest' | 'latest'
  /** Seconds without a message after which it counts as blind. */
  readonly silence?: number | undefined
  readonly holding: Holding
  /** What one message may hold. */
  readonly bounds: MessageLimits
}

export type TopicPorts = Omit<DeliverPorts, 'normalise'> & { readonly topic: Topic }

/** Elements of one offer, unless one message holds more: no message holds more than its bounds. */
const offerElements = 2_000
/** Bytes looked at for one offer, those that were unfolded among them; then others may have their turn. */
const offerBytes = 16 * 1024 * 1024
/** How often it is looked how the reading does, ms. */
const lookMs = 1_000
/** How often it is asked how much waits, ms. */
const countMs = 30_000
/** A reading that ended is begun anew after so long, ms, at the latest. */
const longestPauseMs = 10_000
const silence = 60

/**
 * A topic of a broker, all partitions of it. Where reading goes on is logged with what was read, for each partition: a restart
 * goes on exactly behind the last message that was logged. What the broker forgot before it was read is a dead letter that
 * names the gap.
 */
export function topicSource(options: TopicOptions, ports: TopicPorts): Source {
  const handler = handlerOf(options, ports)
  let reader: TopicReader | undefined
  let counted = -Infinity
  const end = async (): Promise<void> => {
    const ended = reader
    reader = undefined
    await ended?.close()
  }
  return {
    name: options.name,
    silence,
    brings: options.silence,
    isCounted: true,
    longestPauseMs,
    async poll() {
      reader ??= await ports.topic.read(handler, options.begin)
      const state = reader.state()
      if (state.as === 'reading') {
        const now = ports.scheduler.elapsed()
        if (now - counted < countMs) return lookMs
        const behind = { partitions: await reader.behind() }
        ports.told({ source: options.name, mapped: 0, ignored: 0, dead: [], behind })
        counted = now
        return lookMs
      }
      if (state.as === 'broken') throw state.thrown
      if (state.as === 'ended') await end()
      throw cannotRead(`topic ${options.topic}`, state.why)
    },
    close: end,
  }
}

/** How a bookmark is written. The topic is in it: another one under the same name is begun anew. */
const bookmarkOf = (topic: string, offset: number): string => `1 ${topic} ${offset}`

function offsetFrom(bookmark: string | undefined, topic: string): number | undefined {
  const [, its, offset] = /^1 (\S+) (\d+)$/.exec(bookmark ?? '') ?? []
  return its === topic ? Number(offset) : undefined
}

function handlerOf(options: TopicOptions, ports: TopicPorts): TopicHandler {
  const { name, topic } = options
  const { intake, scheduler } = ports
  // One entry for each partition of the topic.
  const known = new Map<number, number>()
  const keyOf = (partition: number): string => `${name}/${partition}`
  const position = (partition: number): number | undefined => {
    const at = known.get(partition) ?? offsetFrom(intake.bookmark(keyOf(partition)), topic)
    if (at !== undefined) known.set(partition, at)
    return at
  }
  const log = async (partition: number, to: number, offer: Logging): Promise<number> => {
    const place = { source: keyOf(partition), bookmark: bookmarkOf(topic, to) }
    try {
      const taken = await intake.offer({ ...offer, ...place })
      if (taken.as === 'busy') return taken.retryAfterSeconds * 1000
    } catch (thrown) {
      // Whether it was logged is for the log to say.
      known.delete(partition)
      throw thrown
    }
    known.set(partition, to)
    return 0
  }
  return {
    position,
    async jump(jump) {
      const { partition, to } = jump
      const dead = gapIn(jump, addressOf(options, partition))
      const wait = await log(partition, to, { received: scheduler.now(), records: [], dead })
      if (wait > 0) throw new Transient(`reading topic ${topic}`, { cause: 'too much waits' })
      if (dead.length > 0) ports.told({ source: name, mapped: 0, ignored: 0, dead })
    },
    async take(batch) {
      const { partition, end } = batch
      const first = position(partition) ?? 0
      for (const portion of portionsOf(batch, first, options, scheduler.now())) {
        const { to, sent, found, received } = portion
        const { records, dead, ignored } = found
        const wait = await log(partition, to, { received, records, dead })
        if (wait > 0) return wait
        const lag = lagOf(records, received)
        const behind = { partitions: new Map([[partition, Math.max(0, end - to)]]) }
        ports.told({ source: name, mapped: records.length, ignored, dead, lag, sent, behind })
      }
      return 0
    },
  }
}

type Logging = Pick<Offer, 'received' | 'records' | 'dead'>

/** Where a message is found again: the source's name, topic and partition; its offset stands beside it. */
const addressOf = ({ name, topic }: TopicOptions, partition: number): string =>
  `${name} ${topic}/${partition}`

type Portion = {
  readonly to: number
  readonly received: number
  /** When the broker appended the last of them, where it says so. */
  readonly sent: number | undefined
  readonly found: Understood
}

/** What the messages say, as much of it at a time as one offer should hold. */
function* portionsOf(
  { partition, messages }: TopicBatch,
  first: number,
  options: TopicOptions,
  now: number,
): Generator<Portion> {
  const source = addressOf(options, partition)
  const { holding, bounds } = options
  let found: Understood = { records: [], dead: [], ignored: 0 }
  let to: number | undefined
  let sent: number | undefined
  let bytes = 0
  for (const { offset, value, appended } of messages) {
    if (offset < first) continue
    sent = appended
    // A broker whose clock is ahead of ours has received nothing before we have.
    const received = Math.min(now, appended ?? now)
    bytes += understand({ source, offset, received, bytes: value }, holding, found, bounds)
    to = offset + 1
    const elements = found.records.length + found.dead.length + found.ignored
    if (elements < offerElements && bytes < offerBytes) continue
    yield { to, received: now, sent, found }
    found = { records: [], dead: [], ignored: 0 }
    to = undefined
    bytes = 0
  }
  if (to !== undefined) yield { to, received: now, sent, found }
}

/** Messages that should have been read and are not there. */
function gapIn({ from, to }: Jump, source: string): readonly DeadLetter[] {
  if (from === undefined) return []
  return to > from
    ? [deadLetter({ source, offset: from }, dataLoss.gone, `messages ${from} to ${to - 1}`, '')]
    : [deadLetter({ source, offset: to }, dataLoss.anew, `from ${from} back to ${to}`, '')]
}

const dataLoss = {
  gone: 'DATA_LOSS: the broker forgot messages before they were read',
  anew: 'DATA_LOSS: the topic ends before what was read of it; it was made anew or cut, and is read again',
} as const
