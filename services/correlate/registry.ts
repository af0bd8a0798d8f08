import { principalOfArn } from '#shared/facts/arn.ts'
import { compareMarks, type Mark } from '#shared/facts/mark.ts'
import { addTo, type SetRule } from '#shared/facts/small-set.ts'
import { baseOf } from '#shared/policy.ts'
import type { AgentRegistered } from '#shared/messages/activity.ts'

/** Every registered agent: what it runs on, acts as, and who may speak for it. The same on every partition. */
export type Registry = {
  readonly agents: Map<string, Registered>
  /** Agent ids by principal key (with or without session) and by runtime ARN. */
  readonly byPrincipal: Map<string, Set<string>>
  readonly byRuntime: Map<string, Set<string>>
}

/** What counts of all registrations of one agent, as sets: a repeated or corrected one only adds. */
export type Registered = {
  readonly all: AgentRegistered[]
  readonly records: Set<string>
  readonly sources: Set<string>
  /** Nobody was named: any source may speak. */
  readonly open: boolean
  readonly validFrom: number
}

export const emptyRegistry = (): Registry => ({
  agents: new Map(),
  byPrincipal: new Map(),
  byRuntime: new Map(),
})

/** Registrations of one agent that are kept; honest agents have a few. */
const perAgent = 64

/** When a registration was made: the door's stamp if there is one, which its writer cannot choose. */
const madeAt = ({ received, time, id }: AgentRegistered): Mark => ({ at: received || time, id })

const registrations: SetRule<AgentRegistered> = {
  identity: ({ id }) => id,
  merge: (a, b) => (compareMarks(madeAt(a), madeAt(b)) <= 0 ? a : b),
  limit: perAgent,
}

/**
 * Adds a registration. The earliest one founds the agent; once it names who may speak for the agent, nobody else can add a
 * principal, a runtime or a source to it. Principals may be written as ARNs or as principal keys.
 */
export function register(registry: Registry, agent: AgentRegistered): void {
  const id = agent.agent
  const all = registry.agents.get(id)?.all ?? []
  if (!addTo(all, agent, registrations)) return
  for (const set of [...registry.byPrincipal.values(), ...registry.byRuntime.values()])
    set.delete(id)
  const counted = countedOf(all)
  const sources = new Set(counted.flatMap((each) => each.sources ?? []))
  registry.agents.set(id, {
    all,
    records: new Set(counted.map((each) => each.id)),
    sources,
    open: sources.size === 0,
    validFrom: Math.min(...counted.map(({ validFrom }) => validFrom ?? -Infinity)),
  })
  for (const { principals, runtimes } of counted) {
    for (const principal of principals)
      add(registry.byPrincipal, principalOfArn(principal) || principal, id)
    for (const runtime of runtimes) add(registry.byRuntime, runtimeName(runtime), id)
  }
}

/** The founding registration, and those of sources that it lets speak; all of them if it names nobody. */
function countedOf(all: readonly AgentRegistered[]): AgentRegistered[] {
  const founding = all.reduce((a, b) => (compareMarks(madeAt(a), madeAt(b)) <= 0 ? a : b))
  const named = founding.sources ?? []
  return all.filter(
    (each) => each === founding || named.length === 0 || named.includes(each.source ?? ''),
  )
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

/** Does this source surely speak for this agent: as one of those that the agent names? */
export const isNamedBy = (registry: Registry, agent: string, source: string): boolean =>
  namesSources(registry, agent) && maySpeak(registry, agent, source)

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

/**
 * A report this soon after its call was written by somebody who knew the request id from the call: CloudTrail's fastest way
 * to anybody, EventBridge, takes seconds to minutes, S3 and LookupEvents take minutes (CloudTrail User Guide).
 */
const promptMs = 10_000
/** The clocks of AWS and of the door may differ so much; eventTime has whole seconds. */
const clocksMs = 5_000
export const isPrompt = (received: number, at: number): boolean =>
  received >= at - clocksMs && received <= at + promptMs
