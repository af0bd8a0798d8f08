import type { RecordIndex } from '#shared/ports/record-index.ts'

type Row = { readonly position: number; readonly stretch: number; readonly ids: Uint32Array }

/** Where records are, in memory. */
export function memoryRecordIndex(): RecordIndex {
  let rows: Row[] = []
  return {
    together: (work) => work(),
    note(position, batch) {
      for (const [stretch, ids] of batch) rows.push({ position, stretch, ids: ids.slice() })
    },
    within: (stretch, limit) =>
      rows
        .filter((row) => row.stretch === stretch)
        .toSorted((a, b) => b.position - a.position)
        .slice(0, limit)
        .map(({ position, ids }) => ({ position, ids })),
    forget(before) {
      const left = rows.filter(({ position }) => position >= before)
      const gone = rows.length - left.length
      rows = left
      return gone
    },
  }
}
