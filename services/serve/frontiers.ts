import type { Engine } from '#services/pipeline.ts'

/** Up to when a scope is complete, epoch ms, and how far behind now that may be, ms. */
export type Frontier = { readonly upTo: number; readonly within: number }

/**
 * The frontier of each scope: the lowest of the sources that cover it (SEMANTICS E1) and of all partitions, none of which may be
 * ahead of what another knows.
 */
export function frontiersOf({ states }: Engine): ReadonlyMap<string, Frontier> {
  const lowest = new Map<string, Frontier>()
  for (const { progress } of states.correlate)
    for (const [scope, sources] of progress)
      for (const { upTo, within } of sources.values()) {
        const known = lowest.get(scope) ?? { upTo: Infinity, within: 0 }
        lowest.set(scope, {
          upTo: Math.min(known.upTo, upTo),
          within: Math.max(known.within, within),
        })
      }
  return lowest
}
