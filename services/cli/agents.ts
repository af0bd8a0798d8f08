import type { AgentVitals } from '#shared/ports/vitals.ts'
import { baseOf } from '#shared/policy.ts'
import { everyCred } from '#services/correlate/creds.ts'
import { holderOf } from '#services/correlate/keys.ts'
import { maySpeak } from '#services/correlate/registry.ts'
import type { CorrelateState } from '#services/correlate/state.ts'
import { speaksFor, type Speaker } from '#services/doors/stamp.ts'

/** Agents that are told of, those with the most uses that nothing proves first; names of each kind that are told. */
const agentsMax = 200
const namesMax = 5
/** Credentials and reports that are looked at without a pause. */
const atOnce = 256

type Counting = {
  readonly agent: Record<string, number>
  readonly task: Record<string, number>
  readonly seen: Set<string>
  readonly keys: Set<string>
  longLived: number
  requests: number
}

/** What is known of each agent's uses, and of what could prove them. With pauses, in which the states may change. */
export function* countingAgents(
  states: readonly CorrelateState[],
  sources: () => readonly Speaker[],
): Generator<void, readonly AgentVitals[]> {
  const counts = new Map<string, Counting>()
  const of = (agent: string): Counting => {
    const found = counts.get(agent) ?? fresh()
    counts.set(agent, found)
    return found
  }
  let looked = 0
  for (const state of states) {
    for (const agent of state.registry.agents.keys()) of(agent)
    for (const cred of everyCred(state)) {
      if (++looked % atOnce === 0) yield
      if (cred.uses === 0) continue
      const { agent, task } = holderOf(state, cred)
      for (const name of agent.candidates) {
        const count = of(name)
        add(count.agent, agent.rank, cred.uses)
        add(count.task, task.rank, cred.uses)
        count.seen.add(cred.session.principal).add(baseOf(cred.session.principal))
        if (!cred.key.startsWith('AKIA') || (task.rank !== 'none' && task.rank !== 'ambiguous'))
          continue
        count.longLived += cred.uses
        count.keys.add(cred.key)
      }
    }
  }
  // Reports go to every partition, and so does what is registered.
  const [state] = states
  for (const calls of state?.reports.values() ?? []) {
    if (++looked % atOnce === 0) yield
    for (const agent of new Set(calls.flatMap((call) => call.agent ?? []))) of(agent).requests++
  }
  return state ? told(counts, state, sources()) : []
}

const fresh = (): Counting => ({
  agent: {},
  task: {},
  seen: new Set(),
  keys: new Set(),
  longLived: 0,
  requests: 0,
})

const add = (ranks: Record<string, number>, rank: string, uses: number): void => {
  ranks[rank] = (ranks[rank] ?? 0) + uses
}

function told(
  counts: ReadonlyMap<string, Counting>,
  { registry }: CorrelateState,
  sources: readonly Speaker[],
): AgentVitals[] {
  const unproven = ({ task: { none = 0, ambiguous = 0, claimed = 0, inferred = 0 } }: Counting) =>
    none + ambiguous + claimed + inferred
  return [...counts]
    .toSorted(([a, m], [b, n]) => unproven(n) - unproven(m) || (a < b ? -1 : 1))
    .slice(0, agentsMax)
    .map(([agent, { agent: byAgent, task, seen, keys, longLived, requests }]) => {
      const principals = [...registry.byPrincipal]
        .filter(([, agents]) => agents.has(agent))
        .map(([principal]) => principal)
        .toSorted()
      return {
        agent,
        uses: { agent: byAgent, task },
        principals: principals.length,
        unseen: principals.filter((each) => !seen.has(each)).slice(0, namesMax),
        named: principals.slice(0, namesMax),
        requests,
        longLived: { uses: longLived, keys: [...keys].toSorted().slice(0, namesMax) },
        sources: sources
          .filter((row) => speaksFor(row, agent) && maySpeak(registry, agent, row.name))
          .map(({ name }) => name)
          .slice(0, namesMax),
      }
    })
}
