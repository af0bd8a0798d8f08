import { compareMarks, earliest, latest, type Mark } from '#shared/facts/mark.ts'
import type { ToolCalled } from '#shared/messages/activity.ts'
import { rankOf, type Rank } from '#shared/messages/holder.ts'
import { matchesOf } from './creds.ts'
import { isPrompt, maySpeak, namesSources, onTime } from './registry.ts'
import type { Cred } from './cred.ts'
import type { CorrelateState } from './state.ts'

/** A report and a use belong together only if they lie this close in event time (SEMANTICS B4). */
const joinMs = 2 * 3_600_000
/** Reports of one requestID that are kept: more than a few are noise, and the answer is ambiguous anyhow. */
export const reportsMax = 8
/** Marks of one actor that travel. */
const marksMax = 256

/** Who, by evidence about single uses, made some of this credential's uses. */
export type KeyActor = {
  /** '' where several tasks of one agent claim the same: then only the agent is known. */
  readonly task: string
  /** The tasks that it may be. */
  readonly among: readonly string[]
  readonly agent: string
  readonly rank: Rank
  readonly rule: string
  readonly first: Mark
  readonly last: Mark
  readonly marks: readonly Mark[]
  /** Sources whose reports count, and those that knew of a use sooner than CloudTrail tells anybody. */
  readonly sources: readonly string[]
  readonly prompt: readonly string[]
}

type Sighting = {
  readonly task: string
  readonly among: readonly string[]
  readonly agent: string
  readonly rank: Rank
  readonly rule: string
  readonly mark: Mark
  readonly sources: readonly string[]
  readonly prompt: readonly string[]
}

/** Actors of a credential, one for each task; the best-proven sightings of each. Sorted by task. */
export function actorsOfKey(state: CorrelateState, cred: Cred): KeyActor[] {
  const sightings = [...byRequest(state, cred), ...byKey(cred)]
  if (sightings.length === 0) return []
  const groups = new Map<string, Sighting[]>()
  for (const each of sightings) {
    const name = `${each.task}|${each.agent}`
    const group = groups.get(name)
    if (group) group.push(each)
    else groups.set(name, [each])
  }
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => actor(group))
}

function actor(group: readonly Sighting[]): KeyActor {
  const best = Math.min(...group.map(({ rank }) => rankOf(rank)))
  const good = group
    .filter(({ rank }) => rankOf(rank) === best)
    .toSorted((a, b) => compareMarks(a.mark, b.mark) || (a.rule < b.rule ? -1 : 1))
  const [lead] = good
  if (!lead) throw new Error('an actor has at least one sighting')
  const marks = good.map(({ mark }) => mark)
  return {
    task: lead.task,
    among: together(good.map(({ among }) => among)),
    agent: lead.agent,
    rank: lead.rank,
    rule: lead.rule,
    first: marks.reduce((a, b) => earliest(a, b)),
    last: marks.reduce((a, b) => latest(a, b)),
    marks: marks.slice(0, marksMax),
    sources: together(good.map(({ sources }) => sources)),
    prompt: together(good.map(({ prompt }) => prompt)),
  }
}

const together = (lists: readonly (readonly string[])[]): readonly string[] =>
  [...new Set(lists.flat())].toSorted()

/**
 * By requestID: an AWS record and a report agree. Two agents that claim one request make its actor unknown, two tasks of
 * one agent leave the agent known, as a task and its sub-task that both report are. But whoever may
 * not speak for his agent, or came too late, cannot make unknown what a report that counts says (SEMANTICS A7); nor can
 * anybody by naming an agent that everybody may speak for, where another agent's own source spoke.
 */
function byRequest(state: CorrelateState, cred: Cred): Sighting[] {
  const found: Sighting[] = []
  for (const [request, mark] of matchesOf(cred)) {
    const near = (state.reports.get(request) ?? []).filter(({ time, end }) =>
      close(mark.at, time, end ?? time),
    )
    const heard = near.filter((each) => agreed(state, each, mark.at))
    const named = heard.filter(({ agent }) => namesSources(state.registry, agent ?? ''))
    const telling = named.length > 0 ? named : heard.length > 0 ? heard : near
    const tasks = new Set(telling.map(({ task }) => task))
    const agents = new Set(telling.map(({ agent = '' }) => agent))
    const [call] = telling
    if (!call || agents.size !== 1 || (tasks.size !== 1 && !call.agent)) continue
    found.push({
      task: tasks.size === 1 ? call.task : '',
      among: [...tasks],
      agent: call.agent ?? '',
      rank: heard.length > 0 ? 'corroborated' : 'claimed',
      rule: heard.length > 0 ? 'a report names its requestID' : whyOnlyClaimed(state, call),
      mark,
      sources: sourcesOf(heard),
      // Where more reported it than are kept, who else did is not known.
      prompt: near.length < reportsMax ? sourcesOf(heard.filter(promptFor(mark.at))) : [],
    })
  }
  return found
}

const sourcesOf = (calls: readonly ToolCalled[]): readonly string[] =>
  together([calls.flatMap(({ source }) => source ?? [])])

const promptFor =
  (at: number) =>
  ({ received = 0 }: ToolCalled): boolean =>
    isPrompt(received, at)

const close = (at: number, start: number, end: number): boolean =>
  at >= start - joinMs && at <= end + joinMs

/** Does the report count as corroboration: may its source speak for the agent, and did it come in time? */
const agreed = (state: CorrelateState, call: ToolCalled, at: number): boolean =>
  call.agent !== undefined &&
  maySpeak(state.registry, call.agent, call.source ?? '') &&
  onTime(call.received ?? 0, at)

const whyOnlyClaimed = (state: CorrelateState, call: ToolCalled): string =>
  call.agent === undefined
    ? 'a report names its requestID, but no agent'
    : maySpeak(state.registry, call.agent, call.source ?? '')
      ? 'a report names its requestID, but came too late'
      : 'a report names its requestID, but its source may not speak for the agent'

/** By key: a report alone says that it used this key. */
function byKey(cred: Cred): Sighting[] {
  const claims = cred.reports?.claims ?? []
  return claims.map(({ task, agent, at, id }) => ({
    task,
    among: [task],
    agent,
    rank: 'claimed',
    rule: 'a report alone names the key',
    mark: { at, id },
    sources: [],
    prompt: [],
  }))
}
