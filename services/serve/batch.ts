import { decode } from '#shared/codec/decode.ts'
import { encode } from '#shared/codec/encode.ts'
import type { Known } from '#shared/codec/known.ts'
import type { Progress } from '#shared/messages/activity.ts'
import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import { everywhere } from '#shared/messages/hops.ts'
import type { MappedRecord, Offer } from '#shared/ports/intake.ts'
import type { Bookmarks } from '#shared/ports/journal.ts'
import { stretchOf, type BatchIds } from '#shared/ports/record-index.ts'
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

/** Characters of a record's id that tell it apart well enough: ids are random up to their ends. */
const tellingMax = 12

/** 32 bits of a record id, by which it is looked for. */
export function hashOfId(id: string): number {
  let hash = id.length
  for (let at = Math.max(0, id.length - tellingMax); at < id.length; at++)
    hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** Which uses it has. */
export function idsOf({ records }: Batch): BatchIds {
  const found = new Map<number, number[]>()
  let [stretch, ids]: [number, number[]] = [NaN, []]
  for (const { activities } of records)
    for (const each of activities) {
      if (each.kind !== 'credential.used') continue
      // Most records of a batch are of one time.
      const now = stretchOf(each.at)
      if (now !== stretch) {
        stretch = now
        ids = found.get(now) ?? []
        found.set(now, ids)
      }
      ids.push(hashOfId(each.id))
    }
  return new Map([...found].map(([at, all]) => [at, Uint32Array.from(all)]))
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
