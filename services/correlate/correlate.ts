import type { Facet } from '#shared/facets.ts'
import { compareMarks } from '#shared/facts/mark.ts'
import { addTo, type SetRule } from '#shared/facts/small-set.ts'
import type { Progress, ToolCalled } from '#shared/messages/activity.ts'
import type { Inherit, Message, TaskInfo, ToCorrelate } from '#shared/messages/hops.ts'
import type { IssueCopy } from '#shared/messages/use.ts'
import type { Step } from '#shared/pipeline/step.ts'
import type { Policy } from '#shared/policy.ts'
import { reportsMax } from './actors.ts'
import { credsWith, everySession, sessionAt } from './creds.ts'
import { addCopy, matchingIssue } from './issue.ts'
import { learnMcp, matchReport } from './matches.ts'
import { register } from './registry.ts'
import type { Cred, Session } from './cred.ts'
import { initialState, touch, type Change, type CorrelateState } from './state.ts'
import { speak } from './tell.ts'
import { learnUse } from './uses.ts'

/**
 * Keyed by principal: sessions and credentials with the summary of their uses, the evidence about who holds them, their
 * parent and children. Facts come in any order; what they come to is computed again at each flush, for what changed.
 *
 * @param facets that detections read: what is kept for detections alone is kept only where one reads it
 */
export function correlate(
  policy: Policy,
  facets: ReadonlySet<Facet>,
): Step<CorrelateState, ToCorrelate, Message> {
  const initial = () => initialState(policy, facets)
  return { name: 'correlate', initial, apply: learn, flush: speak }
}

function learn(state: CorrelateState, input: ToCorrelate): void {
  switch (input.kind) {
    case 'use':
      return learnUse(state, input.use, input.repeat)
    case 'issue':
      return learnIssue(state, input.issue)
    case 'inherit':
      return learnInherit(state, input)
    case 'registered':
      register(state.registry, input.agent)
      return touchAll(state, 'holder', ({ identity }) => identity !== 'service')
    case 'reported':
      return learnReport(state, input.call)
    case 'mcp':
      return learnMcp(state, input.call)
    case 'key.known':
      return eachCred(state, input.key, input.about, (cred) => {
        cred.reports = input.reports
      })
    case 'task.known':
      return learnTask(state, input)
    case 'target.known':
      return answered(state.targets.get(input.target), input.deeds, state)
    case 'place.known':
      return answered(state.places.get(input.place), input.users, state)
    case 'hosts':
      state.hosts.add(input.account)
      return touchAll(state, 'doings', ({ account }) => account === input.account)
    case 'progress':
      learnProgress(state, input.progress)
      return touchAll(state, 'doings', (session) => covers(input.progress.scope, session))
  }
}

function learnIssue(state: CorrelateState, copy: IssueCopy): void {
  const { child, key } = copy.issue
  const copies = entryOf(state.issues, `${child}|${key}`)
  if (!addCopy(copies, copy)) return
  eachCred(state, child, key, (cred) => {
    cred.issue = matchingIssue(copies, cred.session.created)
  })
}

/** What parents told of one key: one for each issue record and sender. */
const bequestsMax = 8

const bequests: SetRule<Inherit> = {
  identity: ({ record, from }) => `${record}|${from}`,
  merge: (_, newer) => newer,
  limit: bequestsMax,
}

function learnInherit(state: CorrelateState, inherit: Inherit): void {
  const list = entryOf(state.inherits, `${inherit.child}|${inherit.minted}`)
  if (!addTo(list, inherit, bequests)) return
  eachCred(state, inherit.child, inherit.minted, (cred) => {
    cred.inherits = list
  })
}

function entryOf<T>(map: Map<string, T[]>, name: string): T[] {
  let list = map.get(name)
  if (list === undefined) map.set(name, (list = []))
  return list
}

const reports: SetRule<ToolCalled> = {
  identity: ({ task, agent, source }) => `${task}|${agent ?? ''}|${source ?? ''}`,
  merge: mergeReports,
  limit: reportsMax,
}

/** A repeated report keeps its earliest mark and door stamp, and its latest end; no stamp is on time (SEMANTICS B4). */
function mergeReports(a: ToolCalled, b: ToolCalled): ToolCalled {
  const first = compareMarks({ at: a.time, id: a.id }, { at: b.time, id: b.id }) <= 0 ? a : b
  const received = a.received && b.received ? Math.min(a.received, b.received) : undefined
  const end = Math.max(a.end ?? a.time, b.end ?? b.time)
  const same = first.received === received && (first.end ?? first.time) === end
  return same ? first : { ...first, received, end }
}

function learnReport(state: CorrelateState, call: ToolCalled): void {
  for (const request of call.requestIds) {
    if (!addTo(entryOf(state.reports, request), call, reports)) continue
    matchReport(state, request)
  }
}

function learnTask(
  state: CorrelateState,
  { task }: Extract<ToCorrelate, { kind: 'task.known' }>,
): void {
  const entry = state.tasks.get(task.task)
  if (!entry) return
  const change = entry.info && sameDeclared(entry.info, task) ? 'ends' : 'holder'
  entry.info = task
  for (const session of entry.sessions) touch(state, sessionAt(state, session), change)
}

/** Do both say the same of whose task it is, and who may stand in for it? */
function sameDeclared(a: TaskInfo, b: TaskInfo): boolean {
  const declared = ({ agents, parents, ancestors, handOffs, humans }: TaskInfo): string =>
    JSON.stringify([agents, parents, ancestors, handOffs, humans])
  return declared(a) === declared(b)
}

function answered<T>(
  asked: { answer: T | undefined; readonly sessions: Set<number> } | undefined,
  answer: T,
  state: CorrelateState,
): void {
  if (!asked) return
  asked.answer = answer
  for (const session of asked.sessions) touch(state, sessionAt(state, session), 'doings')
}

/** What a source covers no more holds nobody up any longer. */
function learnProgress({ progress }: CorrelateState, told: Progress): void {
  const known = progress.get(told.scope) ?? new Map<string, Progress>()
  if (told.from === Infinity) known.delete(told.source)
  else known.set(told.source, told)
  if (known.size === 0) progress.delete(told.scope)
  else progress.set(told.scope, known)
}

const covers = (scope: string, { account }: Session): boolean =>
  scope === '*' || scope === account || scope.startsWith(`${account}:`)

function touchAll(
  state: CorrelateState,
  change: Change,
  wanted: (session: Session) => boolean,
): void {
  for (const session of everySession(state)) if (wanted(session)) touch(state, session, change)
}

/** Changes every credential of this principal with this key, and marks its session. */
function eachCred(
  state: CorrelateState,
  principal: string,
  key: string,
  change: (cred: Cred) => void,
): void {
  for (const cred of credsWith(state, key)) {
    const { session } = cred
    if (!session.isOf(principal)) continue
    change(cred)
    touch(state, session, 'holder')
  }
}
