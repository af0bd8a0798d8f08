import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import type { Normalised, RawRecord } from '#shared/messages/record.ts'
import type { Files, Unread } from '#shared/ports/sources.ts'
import type { RawBatch } from './batch.ts'
import { deadLetter } from './dead-letters.ts'
import { readPaths } from './read-paths.ts'
import { textOf } from './unwrap.ts'
import { letterField } from './wrappers.ts'

/** What became of one stretch of the input, with every dead letter in it, of reading and of normalising. */
export type Sorted = {
  readonly dead: readonly DeadLetter[]
  readonly mapped: number
  readonly ignored: number
  /** Stored dead letters among the input that were tried again: all, and those that map now. */
  readonly retried: number
  readonly revived: number
  readonly unread: readonly Unread[]
}

/** Reads the paths as a replay does and sorts out what cannot be understood. */
export async function* sortPaths(
  paths: readonly string[],
  files: Files,
  normalise: (raw: RawRecord) => Normalised,
): AsyncGenerator<Sorted> {
  for await (const batch of readPaths(paths, files)) yield sort(batch, normalise)
}

function sort(batch: RawBatch, normalise: (raw: RawRecord) => Normalised): Sorted {
  const results = batch.records.map((raw) => ({ raw, result: normalise(raw) }))
  const stored = results.filter(({ raw }) => raw.pointer.within?.startsWith(letterField) === true)
  const dead = results.flatMap(({ raw, result }) =>
    result.as === 'dead'
      ? [deadLetter(raw.pointer, result.reason, result.field, textOf(raw.value))]
      : [],
  )
  const retriedAndDead = batch.dead.filter(({ field }) => field.startsWith(letterField))
  return {
    dead: [...batch.dead, ...dead],
    mapped: results.filter(({ result }) => result.as === 'mapped').length,
    ignored: batch.ignored.length + results.filter(({ result }) => result.as === 'ignored').length,
    retried: stored.length + retriedAndDead.length,
    revived: stored.filter(({ result }) => result.as === 'mapped').length,
    unread: batch.unread,
  }
}
