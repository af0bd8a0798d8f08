import type { BatchIds, RecordIndex } from '#shared/ports/record-index.ts'

/** Where records are, in memory. */
export function memoryRecordIndex(): RecordIndex {
  const batches = new Map<number, BatchIds>()
  return {
    together: (work) => work(),
    note: (position, batch) => void batches.set(position, { ...batch, ids: batch.ids.slice() }),
    between: (from, to, limit) =>
      [...batches]
        .filter(([, { first, last }]) => last >= from && first <= to)
        .toSorted(([a], [b]) => b - a)
        .slice(0, limit)
        .map(([position, { ids }]) => ({ position, ids })),
    forget(before) {
      const old = [...batches.keys()].filter((position) => position < before)
      for (const position of old) batches.delete(position)
      return old.length
    },
  }
}
