import type { SourceRow, SourceStore } from '#shared/ports/source-store.ts'

/** Sources in memory. */
export function memorySources(): SourceStore {
  let rows: readonly SourceRow[] = []
  const without = (name: string): SourceRow[] => rows.filter((row) => row.name !== name)
  return {
    all: () => rows,
    put(row) {
      rows = [...without(row.name), row].toSorted((a, b) => (a.name < b.name ? -1 : 1))
    },
    remove(name) {
      const left = without(name)
      const was = left.length < rows.length
      if (was) rows = left
      return was
    },
  }
}
