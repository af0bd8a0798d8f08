import { principalOfArn } from '#shared/facts/arn.ts'
import { baseOf } from '#shared/policy.ts'
import type { AgentRegistered } from '#shared/messages/activity.ts'

/** Every registered agent: what it runs on, acts as, and who may speak for it. The same on every partition. */
export type Registry = {
  readonly agents: Map<string, Registered>
  /** Agent ids by principal key (with or without session) and by runtime ARN. */
  readonly byPrincipal: Map<string, Set<string>>
  readonly byRuntime: Map<string, Set<string>>
}

/** All registrations of one agent, as sets: a repeated or corrected one only adds. */
export type Registered = {
  readonly records: Set<string>
  readonly sources: Set<string>
  /** Nobody was named: any source may speak. */
  open: boolean
  validFrom: number
}

export const emptyRegistry = (): Registry => ({
  agents: new Map(),
  byPrincipal: new Map(),
  byRuntime: new Map(),
})

/** Adds a registration. Principals may be written as ARNs or as principal keys. */
export function register(registry: Registry, agent: AgentRegistered): void {
  const validFrom = agent.validFrom ?? -Infinity
  const known = registry.agents.get(agent.agent)
  const entry = known ?? { records: new Set(), sources: new Set(), open: true, validFrom }
  entry.records.add(agent.id)
  entry.validFrom = Math.min(entry.validFrom, validFrom)
  for (const source of agent.sources ?? []) entry.sources.add(source)
  entry.open = entry.sources.size === 0
  registry.agents.set(agent.agent, entry)
  for (const principal of agent.principals)
    add(registry.byPrincipal, principalOfArn(principal) || principal, agent.agent)
  for (const runtime of agent.runtimes) add(registry.byRuntime, runtimeName(runtime), agent.agent)
}

function add(map: Map<string, Set<string>>, key: string, agent: string): void {
  const set = map.get(key)
  if (set) set.add(agent)
  else map.set(key, new Set([agent]))
}

/** A function's ARN without version, an instance as its id: what records show differs in both. */
export function runtimeName(arn: string): string {
  const instance = /:instance\/(.+)$/.exec(arn)
  if (instance?.[1]) return instance[1]
  return arn.replace(/(:function:[^:]+):.*$/, '$1')
}

/** May this source speak for this agent? An agent that is not registered, or names nobody, is open to all. */
export function maySpeak(registry: Registry, agent: string, source: string): boolean {
  const entry = registry.agents.get(agent)
  return !entry || entry.open || entry.sources.has(source)
}

/** Did the agent name who may speak for it? */
export const namesSources = (registry: Registry, agent: string): boolean =>
  registry.agents.get(agent)?.open === false

/** Agents registered on a principal: by its base (`exact`), or only with this very session name. */
export function agentsOf(
  registry: Registry,
  principal: string,
): { readonly base: readonly string[]; readonly named: readonly string[] } {
  const base = baseOf(principal)
  return {
    base: sorted(registry.byPrincipal.get(base)),
    named: base === principal ? [] : sorted(registry.byPrincipal.get(principal)),
  }
}

export const runtimeAgents = (registry: Registry, runtime: string): readonly string[] =>
  sorted(registry.byRuntime.get(runtimeName(runtime)))

const sorted = (set: Set<string> | undefined): string[] => (set ? [...set].toSorted() : [])

/** First record that registered the agent, as evidence. */
export const registrationOf = (registry: Registry, agent: string): string =>
  [...(registry.agents.get(agent)?.records ?? [])].toSorted()[0] ?? ''

/** The door stamp may be at most this late for a report to count (DESIGN §3.1, SEMANTICS A7). */
export const onTimeMs = 5 * 60_000
/** Received in time for a use at `at`; 0 is "no stamp", as in files, and counts as on time. */
export const onTime = (received: number, at: number): boolean =>
  received === 0 || received <= at + onTimeMs
