import type { Engine } from '#services/pipeline.ts'

/** Up to when each scope is complete, epoch ms: the lowest of all partitions, none of which may be ahead of what another knows. */
export function frontiersOf({ states }: Engine): ReadonlyMap<string, number> {
  const lowest = new Map<string, number>()
  for (const { progress } of states.correlate)
    for (const [scope, { upTo }] of progress)
      lowest.set(scope, Math.min(lowest.get(scope) ?? Infinity, upTo))
  return lowest
}
