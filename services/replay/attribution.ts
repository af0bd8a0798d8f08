import type { LevelHolder } from '#shared/messages/holder.ts'
import { everyCred } from '#services/correlate/creds.ts'
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

/** Uses by the rank of their credential's holder, as agent and as task. */
type Uses = Record<'agent' | 'task', Attribution>

/** Credentials that are looked at without a pause. */
const atOnce = 256

/** Counts uses by the rank of their credential's holder, over all partitions. */
export function attributionOf(states: readonly CorrelateState[]): Uses {
  const counting = countingUses(states)
  for (;;) {
    const step = counting.next()
    if (step.done) return step.value
  }
}

/** The same, with pauses in which the states may change. */
export function* countingUses(states: readonly CorrelateState[]): Generator<void, Uses> {
  const counts = { agent: empty(), task: empty() }
  let seen = 0
  for (const state of states) {
    for (const cred of everyCred(state)) {
      if (++seen % atOnce === 0) yield
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
