import type { Effects } from '#shared/ports/effects.ts'
import { tallied } from './tallied.ts'
import {
  allOf,
  byFirst,
  bySubject,
  held,
  resettle,
  settle,
  type Settled,
} from '#shared/standing.ts'

/** Effects in memory: what a replay prints at its end, and what a loop commits to in tests. */
export function memoryEffects(): Effects {
  const stands = held()
  const raised = new Map<string, number>()
  let through = 0
  let generation = ''
  const write = (settled: Settled): void => {
    const { position, raised: fresh, withdrawn } = settled.changes
    stands.write(settled)
    for (const key of fresh) raised.set(key, position)
    for (const key of withdrawn) raised.delete(key)
    through = position
  }
  return {
    commit(said, position, also) {
      const settled = settle(said, stands, position)
      also?.(settled.changes)
      write(settled)
      return settled.changes
    },
    standing: () => ({
      findings: [...stands.findings.values()].map(({ finding }) => finding).toSorted(byFirst),
      incidents: [...stands.rows.values()].flatMap(allOf).toSorted(bySubject),
    }),
    counts: () => tallied([...stands.findings.values()], ({ finding }) => finding.detection),
    emittedThrough: () => through,
    generation: () => generation,
    rebase(standing, named, since, also) {
      const all = { ...stands, keys: stands.findings.keys(), roots: stands.rows.keys() }
      const isForgotten = (key: string) => (raised.get(key) ?? since) < since
      const settled = resettle(standing, all, isForgotten, through)
      also?.(settled.changes)
      write(settled)
      generation = named
      return settled.changes
    },
  }
}
