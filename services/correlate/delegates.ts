import type { Delegate, Inherit, Lease } from '#shared/messages/hops.ts'
import { agentsOfTask, leaseRank } from './evidence.ts'
import type { Decision } from './holder.ts'
import { maySpeak } from './registry.ts'
import type { Cred } from './cred.ts'
import type { CorrelateState } from './state.ts'

/** Who holds the key: what delegation starts from, and whose sources may declare it. */
export type Handing = { readonly decision: Decision; readonly given: Decision }

/**
 * Tasks that may use the credential by delegation, sorted. A configured issuer hands on what it issued; anybody else only
 * what the holder has, and only by a source that may speak for the holder's agent (SEMANTICS A7).
 */
export function delegatesOf(
  state: CorrelateState,
  cred: Cred,
  inherit: Inherit | undefined,
  handing: Handing,
): readonly Delegate[] {
  const inherited = inherit?.delegates ?? []
  const leases = (cred.reports?.leases ?? []).filter(({ delegatedFrom }) => delegatedFrom !== '')
  if (leases.length === 0) return inherited
  const found = new Map(inherited.map(({ task, received }) => [task, received]))
  const agents = new Map(inherited.map((each) => [each.task, each.agents]))
  const task = handing.given.holder.task.id
  if (task !== null) found.set(task, 0)
  const exact = leases.filter((lease) => leaseRank(state, lease) === 'exact')
  for (const lease of exact) found.set(lease.task, 0)
  const said = spoken(state, leases, task, handing)
  spread(found, said)
  for (const { task: name, agent } of [...exact, ...said])
    if (agent !== '') agents.set(name, [...new Set([...(agents.get(name) ?? []), agent])])
  if (task !== null) found.delete(task)
  return [...found]
    .map(([name, received]) => ({
      task: name,
      received,
      agents: (agents.get(name) ?? []).toSorted(),
    }))
    .toSorted((a, b) => (a.task < b.task ? -1 : 1))
}

/** Does the source speak for all who may be the holder's agent? */
export const speaksForHolder = (
  state: CorrelateState,
  handing: Handing,
  task: string,
  source: string,
): boolean => speaksForAll(state, agentsOfHolder(state, handing, task), source)

/**
 * The agent of the task that holds it, if one is known, from what was given alone: who only reports a use does not thereby speak
 * for its holder. Else all who may be, and all who claim the task.
 */
export function agentsOfHolder(
  state: CorrelateState,
  { decision, given }: Handing,
  task: string,
): readonly string[] {
  const { holder, won } = given.holder.task.id === task ? given : decision
  if (holder.agent.id !== null) return [holder.agent.id]
  const may = won.filter(({ level }) => level === 'agent').map(({ id }) => id)
  return [...new Set([...may, ...agentsOfTask(state, task)])]
}

/** The agent that holds it beyond doubt, by what was given; null: nobody does. */
export function provenAgent({ given }: Handing): string | null {
  const { rank, id } = given.holder.agent
  return rank === 'exact' || rank === 'corroborated' ? id : null
}

/**
 * Where nobody knows whose it is, nobody speaks for it but whom the settings trust, and files that name no sources at all.
 */
export const speaksForAll = (
  state: CorrelateState,
  agents: readonly string[],
  source: string,
): boolean =>
  agents.length === 0
    ? source === '' || state.policy.issuers.has(source)
    : agents.every((agent) => maySpeak(state.registry, agent, source))

const spoken = (
  state: CorrelateState,
  leases: readonly Lease[],
  task: string | null,
  handing: Handing,
): readonly Lease[] =>
  task === null ? [] : leases.filter(({ source }) => speaksForHolder(state, handing, task, source))

/** From hand to hand, until nobody new is reached; a chain is as late as its latest link, and the earliest chain counts. */
function spread(found: Map<string, number>, leases: readonly Lease[]): void {
  let grown = true
  while (grown) {
    grown = false
    for (const { delegatedFrom, task, received } of leases) {
      const from = found.get(delegatedFrom)
      if (from === undefined) continue
      const late = Math.max(from, received)
      if (late >= (found.get(task) ?? Infinity)) continue
      found.set(task, late)
      grown = true
    }
  }
}
