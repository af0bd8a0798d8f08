import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import type { Normalised } from '#shared/messages/record.ts'

/** What a run must tell beside the counts: why records were refused, and what it took on trust. */
export type Tally = {
  /** Dead letters by `field: reason`. */
  readonly dead: ReadonlyMap<string, number>
  /** Parts of mapped records (spans of a document) that were refused, by `field: reason`. */
  readonly rejected: ReadonlyMap<string, number>
  /** Agent activities, and how many of them have no door stamp and so count as on time (SEMANTICS A7). */
  readonly reports: number
  readonly unstamped: number
}

/** Notes what passes on its way into the engine. */
export type Tallier = {
  readonly tally: Tally
  readonly record: (record: Normalised) => void
  readonly letters: (letters: readonly DeadLetter[]) => void
}

export function tallier(): Tallier {
  const dead = new Map<string, number>()
  const rejected = new Map<string, number>()
  const tally = { dead, rejected, reports: 0, unstamped: 0 }
  return {
    tally,
    letters: (letters) => letters.forEach((letter) => count(dead, letter, 1)),
    record(record) {
      if (record.as === 'dead') count(dead, record, 1)
      if (record.as !== 'mapped') return
      for (const part of record.rejected ?? []) count(rejected, part, part.count)
      for (const activity of record.activities) {
        if (!('time' in activity)) continue
        tally.reports++
        if (activity.received === undefined) tally.unstamped++
      }
    },
  }
}

type Reason = { readonly field: string; readonly reason: string }

function count(map: Map<string, number>, { field, reason }: Reason, by: number): void {
  const name = field === '' ? reason : `${field}: ${reason}`
  map.set(name, (map.get(name) ?? 0) + by)
}

/** Entries by count, the most frequent first, then by name. */
export const mostFrequent = (map: ReadonlyMap<string, number>): [string, number][] =>
  [...map].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))

/** How often each name occurs. */
export function countsOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
