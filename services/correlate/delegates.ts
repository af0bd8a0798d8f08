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
  const task = handing.given.holder.task.id
  if (task !== null) found.set(task, 0)
  const exact = leases.filter((lease) => leaseRank(state, lease) === 'exact')
  for (const lease of exact) found.set(lease.task, 0)
  spread(found, spoken(state, leases, task, handing))
  if (task !== null) found.delete(task)
  return [...found]
    .map(([name, received]) => ({ task: name, received }))
    .toSorted((a, b) => (a.task < b.task ? -1 : 1))
}

/** Does the source speak for all who may be the holder's agent? */
export function speaksForHolder(
  state: CorrelateState,
  { decision }: Handing,
  task: string,
  source: string,
): boolean {
  const agent = decision.holder.agent.id
  const agents = agent === null ? agentsOfTask(state, task) : [agent]
  return agents.every((each) => maySpeak(state.registry, each, source))
}

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
