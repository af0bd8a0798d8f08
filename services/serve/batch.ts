import { decode } from '#shared/codec/decode.ts'
import { encode } from '#shared/codec/encode.ts'
import type { Known } from '#shared/codec/known.ts'
import type { Progress } from '#shared/messages/activity.ts'
import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import { everywhere } from '#shared/messages/hops.ts'
import { hash32 } from '#shared/facts/hash.ts'
import type { MappedRecord, Offer } from '#shared/ports/intake.ts'
import type { Bookmarks } from '#shared/ports/journal.ts'
import type { BatchIds } from '#shared/ports/record-index.ts'
import type { Flowing } from '#services/pipeline.ts'

/** What one row of the log says: everything that several offers brought. */
export type Batch = {
  readonly records: readonly MappedRecord[]
  readonly dead: readonly DeadLetter[]
  readonly progress: readonly Progress[]
}

/** Plain data only. */
const known: Known = { classes: [], values: {}, entities: [] }

export function batchOf(offers: readonly Offer[]): Batch {
  return {
    records: offers.flatMap(({ records }) => records),
    // What was refused is not kept: a log is no place for what nobody understood.
    dead: offers.flatMap(({ dead = [] }) => dead.map(({ text: _, ...letter }) => letter)),
    progress: offers.flatMap(({ progress = [] }) => progress),
  }
}

/** The last bookmark of each source. */
export const bookmarksOf = (offers: readonly Offer[]): Bookmarks =>
  Object.fromEntries(
    offers.flatMap(({ source, bookmark }) => (bookmark === undefined ? [] : [[source, bookmark]])),
  )

export function bodyOf({ records, dead, progress }: Batch): Uint8Array {
  const told = records.map(({ record, activities }) => [record, activities])
  return Buffer.concat(encode([told, dead, progress], known))
}

type Told = readonly [
  records: readonly (readonly [string, MappedRecord['activities']])[],
  dead: readonly DeadLetter[],
  progress: readonly Progress[],
]

export function batchFrom(body: Uint8Array): Batch {
  const [told, dead, progress] = decode(body, known) as Told
  return { records: told.map(([record, activities]) => ({ record, activities })), dead, progress }
}

/** Which uses it has; undefined: none. */
export function idsOf({ records }: Batch): BatchIds | undefined {
  const ids = new Uint32Array(records.reduce((sum, { activities }) => sum + activities.length, 0))
  let [first, last, count] = [Infinity, -Infinity, 0]
  for (const { activities } of records)
    for (const each of activities) {
      if (each.kind !== 'credential.used') continue
      ids[count++] = hash32(each.id)
      if (each.at < first) first = each.at
      if (each.at > last) last = each.at
    }
  return count > 0 ? { first, last, ids: ids.subarray(0, count) } : undefined
}

/** A batch on its way into the engine: what it completes is known behind its records. */
export function messagesOf({ records, progress }: Batch): Flowing[] {
  const messages: Flowing[] = []
  for (const { record, activities } of records)
    messages.push({ to: 'normalise', key: record, activities })
  for (const each of progress)
    messages.push({ to: 'correlate', kind: 'progress', key: everywhere, progress: each })
  return messages
}
