import type { DeadLetters, KeptLetter } from '#shared/ports/dead-letters.ts'

/** Letters that are kept; more are only counted. */
const keptMax = 100_000

/** Dead letters in memory, for tests. */
export function memoryDeadLetters(limit = keptMax): DeadLetters {
  const kept = new Map<string, KeptLetter>()
  const counts = new Map<string, number>()
  return {
    add(letters, at) {
      for (const { id, reason, field, source, offset } of letters) {
        if (kept.has(id)) continue
        counts.set(reason, (counts.get(reason) ?? 0) + 1)
        if (kept.size < limit) kept.set(id, { id, reason, field, source, offset, at })
      }
    },
    list(most, after = '') {
      const all = [...kept.values()]
      const from = after === '' ? 0 : all.findIndex(({ id }) => id === after) + 1
      return all.slice(from, from + most)
    },
    get: (id) => kept.get(id),
    counts: () => [...counts].map(([reason, count]) => ({ reason, count })).toSorted(byReason),
    forget(before) {
      const old = [...kept.values()].filter(({ at }) => at < before)
      for (const { id } of old) kept.delete(id)
      return old.length
    },
  }
}

const byReason = (a: { reason: string }, b: { reason: string }): number =>
  a.reason < b.reason ? -1 : 1
