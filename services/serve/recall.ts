import type { Mark } from '#shared/facts/mark.ts'
import type { Use } from '#shared/messages/use.ts'
import type { MappedRecord } from '#shared/ports/intake.ts'
import type { Journal } from '#shared/ports/journal.ts'
import { stretchOf, type RecordIndex } from '#shared/ports/record-index.ts'
import { batchFrom, hashOfId } from './batch.ts'

export type RecallPorts = { readonly journal: Journal; readonly records: RecordIndex }

/**
 * What one question may cost, so that nobody's findings hold up the loop: batches and ids looked at, bytes of batches read. The
 * first batch is read however large it is: otherwise a larger one would never give evidence.
 */
export const recallBounds = { batches: 2_048, ids: 2_000_000, bytes: 4 << 20 }

/**
 * The uses that these ids stand for, from the log: evidence is kept as ids. What is missing was forgotten with its batch, lies
 * beyond the bounds, is of a time before there was an index, or is no use.
 *
 * @param hand records that are at hand anyway, such as those of the unit that is being committed
 */
export function recall(
  marks: readonly Mark[],
  hand: readonly MappedRecord[],
  { journal, records }: RecallPorts,
  bounds = recallBounds,
): ReadonlyMap<string, Use> {
  const left = { ...bounds }
  const missing = new Set(marks.map(({ id }) => id))
  const found = new Map<string, Use>()
  const take = (some: readonly MappedRecord[]): void => {
    for (const { activities } of some)
      for (const each of activities)
        if (each.kind === 'credential.used' && missing.delete(each.id)) found.set(each.id, each)
  }
  take(hand)
  const hashes = new Set([...missing].map(hashOfId))
  const isFound = ({ id }: Mark): boolean => !missing.has(id)
  for (const [stretch, wanted] of Map.groupBy(marks, ({ at }) => stretchOf(at)))
    for (const { position, ids } of records.within(stretch, left.batches)) {
      if (wanted.every(isFound)) break
      left.batches--
      left.ids -= ids.length
      if (left.batches < 0 || left.ids < 0) return found
      if (!ids.some((hash) => hashes.has(hash))) continue
      const logged = journal.batch(position)
      if (!logged) continue
      const isFirst = left.bytes === bounds.bytes
      left.bytes -= logged.body.length
      if (left.bytes < 0 && !isFirst) return found
      take(batchFrom(logged.body).records)
    }
  return found
}
