import { ranks, type Level, type LevelHolder } from '#shared/messages/holder.ts'
import { viewKey } from '#services/correlate/keys.ts'
import { agentsOf } from '#services/correlate/registry.ts'
import type { CorrelateState } from '#services/correlate/state.ts'

/** How many mapped uses have a holder of which rank; the sum is the number of uses. */
export type Attribution = Record<LevelHolder['rank'], number>

const empty = (): Attribution =>
  Object.fromEntries([...ranks, 'ambiguous', 'none'].map((rank) => [rank, 0])) as Attribution

/** Counts uses by the rank of their credential's holder at one level, over all partitions. */
export function attributionOf(states: readonly CorrelateState[], level: Level): Attribution {
  const counts = empty()
  for (const state of states) {
    for (const cred of state.all)
      if (cred.uses > 0) counts[viewKey(state, cred).decision.holder[level].rank] += cred.uses
    for (const [principal, uses] of state.forwarded)
      counts[level === 'agent' ? registeredRank(state, principal) : 'none'] += uses
  }
  return counts
}

/** Calls that a service forwarded belong to the principal, so only its registration can name an agent. */
function registeredRank(state: CorrelateState, principal: string): LevelHolder['rank'] {
  const { base } = agentsOf(state.registry, principal)
  return base.length === 0 ? 'none' : base.length === 1 ? 'exact' : 'ambiguous'
}
