import type { Effects, FindingRow } from '#shared/ports/effects.ts'
import {
  allOf,
  byFirst,
  bySubject,
  resettle,
  settle,
  type IncidentRow,
  type Settled,
} from '#shared/standing.ts'

type Row = FindingRow & { readonly raised: number }

/** Effects in memory: what a replay prints at its end, and what a loop commits to in tests. */
export function memoryEffects(): Effects {
  const rows = new Map<string, Row>()
  const incidents = new Map<string, IncidentRow>()
  let through = 0
  let generation = ''
  const before = {
    finding: (key: string) => rows.get(key),
    incidents: (root: string) => incidents.get(root),
  }
  const write = ({ findings, incidents: said, changes }: Settled): void => {
    for (const [key, row] of findings) {
      if (row) rows.set(key, { ...row, raised: rows.get(key)?.raised ?? changes.position })
      else rows.delete(key)
    }
    for (const [root, row] of said) {
      if (allOf(row).length > 0) incidents.set(root, row)
      else incidents.delete(root)
    }
    through = changes.position
  }
  return {
    commit(said, position, also) {
      const settled = settle(said, before, position)
      also?.(settled.changes)
      write(settled)
      return settled.changes
    },
    standing: () => ({
      findings: [...rows.values()].map(({ finding }) => finding).toSorted(byFirst),
      incidents: [...incidents.values()].flatMap(allOf).toSorted(bySubject),
    }),
    emittedThrough: () => through,
    generation: () => generation,
    rebase(standing, named, since, also) {
      const all = { ...before, keys: rows.keys(), roots: incidents.keys() }
      const isForgotten = (key: string) => (rows.get(key)?.raised ?? since) < since
      const settled = resettle(standing, all, isForgotten, through)
      also?.(settled.changes)
      write(settled)
      generation = named
      return settled.changes
    },
  }
}
