import { Transient } from '#shared/errors.ts'
import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import type { Buckets, ObjectPlace, Queue, QueuedMessage } from '#shared/ports/queue.ts'
import type { Files } from '#shared/ports/sources.ts'
import type { RawBatch } from '#services/ingest/batch.ts'
import { deadLetter } from '#services/ingest/dead-letters.ts'
import type { MessageLimits } from '#services/ingest/limits.ts'
import { readPaths } from '#services/ingest/read-paths.ts'
import { isSister } from '#services/ingest/sisters.ts'
import { announcedIn } from './announced.ts'
import { cannotRead, deliver, type DeliverPorts } from './deliver.ts'
import { lagOf } from './lag.ts'
import { understand, writtenByAws, type Understood } from './messages.ts'
import type { Source } from './source.ts'

export type QueueOptions = {
  readonly name: string
  /** `files`: messages tell of objects that hold records; `calls`: messages are records. */
  readonly holds: 'files' | 'calls'
  /** Buckets of which objects are read; of others nothing is, whoever tells of them. */
  readonly buckets: readonly string[]
  /** How the keys of objects begin that are read; absent: as they like. */
  readonly prefix?: string | undefined
  /** Seconds without a message after which it counts as blind. */
  readonly silence?: number | undefined
}

export type QueuePorts = DeliverPorts & {
  /** What one message may hold. */
  readonly bounds: MessageLimits
  readonly queue: Queue
  readonly buckets: Buckets
  readonly gunzip: Files['gunzip']
}

/**
 * How long a message is hidden from others, s; while it is worked on it is hidden again and again. After the death of a process
 * what it had in hand comes again so much later.
 */
const hideSeconds = 30
const againMs = 10_000
/** How often it is asked how many messages wait, ms. */
const countMs = 60_000
/** Records of one offer. */
const offerRecords = 2_000
/** Messages in trouble that are known at once. */
const troublesMax = 1_000
/** A message that did not come again for so long is in other hands, ms. */
const forgetMs = 4 * hideSeconds * 1000
const longestPauseMs = 10_000
const silence = 120

/**
 * A queue of SQS: of notifications that tell of a trail's files in S3, or of calls as EventBridge sends them. A message is
 * removed once all that it says is logged, so it may come again, which changes nothing. What cannot be understood, and objects that
 * will never come, are dead letters and removed; what a person must repair stays in the queue and is told.
 */
export function queueSource(options: QueueOptions, ports: QueuePorts): Source {
  let counted = -Infinity
  const troubled = troubles()
  return {
    name: options.name,
    silence,
    brings: options.silence,
    isCounted: true,
    longestPauseMs,
    async poll(now) {
      const { queue, scheduler } = ports
      const messages = await queue.receive(hideSeconds)
      const done = await Promise.allSettled(
        messages.map(async (message) => await handled(message, now, options, ports)),
      )
      if (scheduler.elapsed() - counted >= countMs) {
        const { waiting, inHand } = await queue.counts()
        const behind = { partitions: new Map([[0, waiting]]), inHand }
        ports.told({ source: options.name, mapped: 0, ignored: 0, dead: [], behind })
        counted = scheduler.elapsed()
      }
      const failures = done.flatMap((each): unknown[] =>
        each.status === 'rejected' ? [each.reason] : [],
      )
      const worst = worstOf(failures)
      if (worst !== undefined && !(worst instanceof Transient)) throw worst
      const trouble = troubled.after(messages, done, scheduler.elapsed())
      // Where some were read, or their objects, those that were not must not slow them.
      if (worst !== undefined && failures.length === done.length) throw worst
      return trouble ? { ms: 0, trouble } : 0
    },
  }
}

/** Messages that were in trouble: while such a one is hidden, an answer without it does not mean that all is well. */
function troubles(): {
  readonly after: (
    messages: readonly QueuedMessage[],
    done: readonly PromiseSettledResult<void>[],
    now: number,
  ) => Transient | undefined
} {
  // By message id, the latest last; those beyond `troublesMax`, and those that did not come again in time, are forgotten.
  const known = new Map<string, { readonly trouble: Transient; readonly at: number }>()
  return {
    after(messages, done, now) {
      for (const [n, { id }] of messages.entries()) {
        const each = done[n]
        known.delete(id)
        if (each?.status === 'rejected' && each.reason instanceof Transient)
          known.set(id, { trouble: each.reason, at: now })
      }
      for (const [id, { at }] of known)
        if (known.size > troublesMax || now - at > forgetMs) known.delete(id)
      return [...known.values()].at(-1)?.trouble
    },
  }
}

/** A mistake of ours before what passes. */
const worstOf = (failures: readonly unknown[]): unknown =>
  failures.find((each) => !(each instanceof Transient)) ?? failures[0]

/** Does what a message says, and removes it. @throws Transient: it comes again */
async function handled(
  message: QueuedMessage,
  now: number,
  options: QueueOptions,
  ports: QueuePorts,
): Promise<void> {
  const letGo = keptHidden(message, ports)
  try {
    if (options.holds === 'calls') await readCalls(message, now, options, ports)
    else await readFiles(message, now, options, ports)
  } finally {
    letGo()
  }
  await ports.queue.remove(message)
}

/** Hides a message from others until it is let go. Where that fails it may be given twice, which changes nothing. */
function keptHidden(message: QueuedMessage, { queue, scheduler }: QueuePorts): () => void {
  let isLetGo = false
  let cancel = (): void => undefined
  const plan = (): void => {
    cancel = scheduler.later(againMs, () => void again())
  }
  const again = async (): Promise<void> => {
    const isOurs = await queue.hide(message, hideSeconds).catch(() => true)
    if (isOurs && !isLetGo) plan()
  }
  plan()
  return () => {
    isLetGo = true
    cancel()
  }
}

async function readCalls(
  message: QueuedMessage,
  now: number,
  options: QueueOptions,
  ports: QueuePorts,
) {
  const found: Understood = { records: [], dead: [], ignored: 0 }
  const source = addressOf(options, message)
  const { sent } = message
  const bytes = Buffer.from(message.body)
  const holding = { as: 'cloudtrail', normalise: ports.normalise } as const
  understand({ source, offset: 0, received: now, bytes }, holding, found, ports.bounds)
  await handOver({ ...found, sent }, now, options, ports)
}

/** Where a message is told as found; it is nowhere to be found once it is removed. */
const addressOf = ({ name }: QueueOptions, { id }: QueuedMessage): string => `${name} message ${id}`

async function readFiles(
  message: QueuedMessage,
  now: number,
  options: QueueOptions,
  ports: QueuePorts,
) {
  const announced = announcedIn(message.body)
  const source = addressOf(options, message)
  const letter = (reason: string, within: string): DeadLetter =>
    deadLetter({ source, offset: 0, ...(within !== '' && { within }) }, reason, '', '')
  if (announced.as === 'objects') {
    const dead = announced.odd.map((within) => letter(noPlace, within))
    if (dead.length > 0) await handOver({ records: [], dead, ignored: 0 }, now, options, ports)
    return await readObjects(announced.places, now, options, ports)
  }
  const dead = announced.as === 'nothing' ? [] : [letter(noNotification, '')]
  await handOver({ records: [], dead, ignored: 1 - dead.length }, now, options, ports)
}

/** One that cannot be read now holds none of the others back. @throws Transient if there is such a one */
async function readObjects(
  places: readonly ObjectPlace[],
  now: number,
  options: QueueOptions,
  ports: QueuePorts,
): Promise<void> {
  const failures: unknown[] = []
  for (const place of places)
    await readObject(place, now, options, ports).catch((thrown: unknown) => failures.push(thrown))
  if (failures.length > 0) throw worstOf(failures)
}

const noPlace =
  'a notification names no object: bucket or key is missing, or the key is not written as S3 does'
const noNotification = 'no notification of objects, in a queue of files'

async function readObject(
  place: ObjectPlace,
  now: number,
  options: QueueOptions,
  ports: QueuePorts,
): Promise<void> {
  const address = `s3://${place.bucket}/${place.key}`
  if (isSister(address))
    return await handOver({ records: [], dead: [], ignored: 1 }, now, options, ports)
  const why = notOurs(place, options)
  const fetched =
    why === undefined ? await ports.buckets.fetch(place) : ({ as: 'gone', why } as const)
  if (fetched.as === 'gone') {
    const dead = [deadLetter({ source: address, offset: 0 }, fetched.why, '', '')]
    return await handOver({ records: [], dead, ignored: 0 }, now, options, ports)
  }
  const { source } = fetched
  const files = {
    gunzip: ports.gunzip,
    find: async () => await Promise.resolve({ sources: [source], unread: [] }),
  }
  for await (const batch of readPaths([source.name], files, { batch: offerRecords })) {
    const [failed] = batch.unread
    if (failed) throw cannotRead(failed.path, failed.reason)
    await handOver(understoodOf(batch, ports), now, options, ports)
  }
}

/** Why an object is none that may be read. */
function notOurs({ bucket, key }: ObjectPlace, options: QueueOptions): string | undefined {
  if (!options.buckets.includes(bucket)) return 'a bucket that the settings do not name'
  const { prefix = '' } = options
  return key.startsWith(prefix) ? undefined : 'a key that begins otherwise than the settings say'
}

function understoodOf({ records, dead, ignored }: RawBatch, { normalise }: QueuePorts): Understood {
  const found: Understood = { records: [], dead: [...dead], ignored: ignored.length }
  for (const raw of records) writtenByAws(raw, normalise, found)
  return found
}

/** Logs what was understood. @throws Transient if the log cannot be written now */
async function handOver(
  { records, dead, ignored, sent }: Understood & { readonly sent?: number | undefined },
  received: number,
  { name: source }: QueueOptions,
  ports: QueuePorts,
): Promise<void> {
  if (records.length + dead.length > 0) await deliver({ source, received, records, dead }, ports)
  const lag = lagOf(records, received)
  ports.told({ source, mapped: records.length, ignored, dead, lag, sent })
}
