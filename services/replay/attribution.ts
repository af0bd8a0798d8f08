import type { LevelHolder } from '#shared/messages/holder.ts'
import { holderOf } from '#services/correlate/keys.ts'
import { agentsOf } from '#services/correlate/registry.ts'
import type { CorrelateState } from '#services/correlate/state.ts'

/** How many mapped uses have a holder of which rank; the sum is the number of uses. */
export type Attribution = Record<LevelHolder['rank'], number>

const empty = (): Attribution => ({
  exact: 0,
  corroborated: 0,
  claimed: 0,
  inferred: 0,
  ambiguous: 0,
  none: 0,
})

/** Counts uses by the rank of their credential's holder, as agent and as task, over all partitions. */
export function attributionOf(
  states: readonly CorrelateState[],
): Record<'agent' | 'task', Attribution> {
  const counts = { agent: empty(), task: empty() }
  for (const state of states) {
    for (const cred of state.all) {
      if (cred.uses === 0) continue
      const { agent, task } = holderOf(state, cred)
      counts.agent[agent.rank] += cred.uses
      counts.task[task.rank] += cred.uses
    }
    for (const [principal, uses] of state.forwarded) {
      counts.agent[registeredRank(state, principal)] += uses
      counts.task.none += uses
    }
  }
  return counts
}

/** Calls that a service forwarded belong to the principal, so only its registration can name an agent. */
function registeredRank(state: CorrelateState, principal: string): LevelHolder['rank'] {
  const { base } = agentsOf(state.registry, principal)
  return base.length === 0 ? 'none' : base.length === 1 ? 'exact' : 'ambiguous'
}
