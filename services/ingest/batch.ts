import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import type { Pointer, RawRecord } from '#shared/messages/record.ts'
import type { Unread } from '#shared/ports/sources.ts'

/** What was read and is no record, on purpose. */
export type Ignored = { readonly pointer: Pointer; readonly reason: string }

/** How far the reading has come. Bytes count as stored, so that they can be compared with the sizes of the files. */
export type ReadProgress = {
  readonly bytes: number
  /** All bytes that there are to read; what comes from standard input is not in it. */
  readonly totalBytes: number
  readonly files: number
  readonly totalFiles: number
}

/** A stretch of what was read. Every element of the input is in exactly one of the first three lists, once. */
export type RawBatch = {
  readonly records: readonly RawRecord[]
  readonly dead: readonly DeadLetter[]
  readonly ignored: readonly Ignored[]
  /** Paths that gave nothing, or stopped in the middle. */
  readonly unread: readonly Unread[]
  /** Files of a trail that by their place in it hold no audit records; only in the first batch, absent where there are none. */
  readonly skipped?: readonly Ignored[]
  readonly progress: ReadProgress
}
