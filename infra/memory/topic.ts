import { Transient } from '#shared/errors.ts'
import type {
  Reading,
  Topic,
  TopicHandler,
  TopicMessage,
  TopicReader,
} from '#shared/ports/topic.ts'

type Log = { low: number; messages: TopicMessage[] }

export type MemoryTopic = Topic & {
  /** Appends a message; its offset. */
  readonly append: (
    partition: number,
    value: string | Uint8Array | null,
    appended?: number,
  ) => number
  /** Forgets what stands before an offset, as a broker does with what is old. */
  readonly forget: (partition: number, before: number) => void
  /** Empties it, as if it were made anew: offsets begin at 0 again. */
  readonly renew: () => void
  /** Every reader ends, as one does whose broker refuses it. */
  readonly end: (why: string) => void
}

/** Messages that are handed over at a time, at most. */
const batchMax = 3
/** How long one waits that the handler would not have, ms. */
const retryMs = 1

/** A topic in memory, for tests. */
export function memoryTopic(partitions: number): MemoryTopic {
  let logs: Log[] = Array.from({ length: partitions }, () => ({ low: 0, messages: [] }))
  const readers = new Set<Reader>()
  const logOf = (partition: number): Log => {
    const log = logs[partition]
    if (!log) throw new Transient('reading a topic', { cause: `no partition ${partition}` })
    return log
  }
  return {
    append(partition, value, appended) {
      const log = logOf(partition)
      const offset = highOf(log)
      const bytes = typeof value === 'string' ? Buffer.from(value) : value
      log.messages.push({ offset, value: bytes, ...(appended !== undefined && { appended }) })
      for (const reader of readers) reader.wake()
      return offset
    },
    forget(partition, before) {
      const log = logOf(partition)
      log.low = Math.max(log.low, Math.min(before, highOf(log)))
      log.messages = log.messages.filter(({ offset }) => offset >= log.low)
    },
    renew() {
      logs = logs.map(() => ({ low: 0, messages: [] }))
    },
    end(why) {
      for (const reader of readers) reader.end({ as: 'ended', why })
    },
    async read(handler, begin) {
      for (let partition = 0; partition < partitions; partition++) {
        const log = logOf(partition)
        if (handler.position(partition) === undefined)
          await handler.jump({ partition, to: begin === 'latest' ? highOf(log) : log.low })
        else await settle(partition, log, handler)
      }
      const reader = newReader(partitions, logOf, handler, () => readers.delete(reader))
      readers.add(reader)
      reader.wake()
      return reader
    },
  }
}

const highOf = ({ low, messages }: Log): number => (messages.at(-1)?.offset ?? low - 1) + 1

/** Tells of what is gone. */
async function settle(partition: number, log: Log, handler: TopicHandler): Promise<void> {
  const from = handler.position(partition) ?? log.low
  if (from < log.low || from > highOf(log)) await handler.jump({ partition, from, to: log.low })
}

type Reader = TopicReader & {
  readonly wake: () => void
  readonly end: (state: Reading) => void
}

function newReader(
  partitions: number,
  logOf: (partition: number) => Log,
  handler: TopicHandler,
  closed: () => void,
): Reader {
  let state: Reading = { as: 'reading' }
  const busy = new Map<number, Promise<void>>()
  const end = (why: Reading): void => {
    state = why
    closed()
  }
  const readAll = async (partition: number): Promise<void> => {
    while (state.as === 'reading') {
      const log = logOf(partition)
      try {
        await settle(partition, log, handler)
        const at = handler.position(partition) ?? 0
        const messages = log.messages.filter(({ offset }) => offset >= at).slice(0, batchMax)
        if (messages.length === 0) return
        const wait = await handler.take({ partition, messages, end: highOf(log) })
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, retryMs))
      } catch (thrown) {
        if (!(thrown instanceof Transient)) return end({ as: 'broken', thrown })
        await new Promise((resolve) => setTimeout(resolve, retryMs))
      }
    }
  }
  const wake = (): void => {
    for (let partition = 0; partition < partitions; partition++) {
      if (busy.has(partition)) continue
      const run = readAll(partition).finally(() => busy.delete(partition))
      busy.set(partition, run)
    }
  }
  return {
    state: () => state,
    behind: async () => {
      const all = Array.from({ length: partitions }, (_, partition) => partition)
      return await Promise.resolve(
        new Map(
          all.map((partition) => {
            const log = logOf(partition)
            return [partition, highOf(log) - (handler.position(partition) ?? log.low)]
          }),
        ),
      )
    },
    wake,
    end,
    async close() {
      if (state.as === 'reading') end({ as: 'ended', why: 'closed' })
      await Promise.all(busy.values())
    },
  }
}
