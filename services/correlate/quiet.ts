import type { KeyReports, Lease, Message } from '#shared/messages/hops.ts'
import type { Issue } from '#shared/messages/use.ts'
import { inheritOf, leaseRank } from './evidence.ts'
import { severalPlaces } from './lists.ts'
import type { Cred, Session } from './cred.ts'
import type { RichSession } from './rich.ts'
import type { CorrelateState, TaskEntry } from './state.ts'
import { hasChildren, lifeSlackMs, longestLifeMs, matchesOf } from './creds.ts'

/**
 * Does the session need no more than a look? Its places cannot be told apart, nothing rare adds up, it minted nothing, and
 * every report about it names a task that it was given to: whatever it comes to, nobody has to hear of it. Most sessions of most logs
 * stay like this, and a use of theirs costs a look instead of a judgement. It may say "no" too often, never too seldom.
 */
export function isQuiet(state: CorrelateState, session: Session, out: Message[]): boolean {
  if (session.told || session.said || session.creds.some(({ crowded }) => crowded)) return false
  if (!session.console && inPlaces(state, session)) return false
  if (session.instance !== '' || state.hosts.has(session.account)) return false
  if (state.registry.agents.size > 0 || state.progress.size > 0) return false
  if (session.rich && !belowThresholds(state, session.rich)) return false
  // What was found quiet stays so as long as only what it does is new, and none of that is past its end.
  return session.creds.every((cred) =>
    session.unsure ? quietCred(state, cred, out) : !leavesHeirs(cred) && inTime(state, cred),
  )
}

/** Has it children, and nothing yet that they could be told? */
const leavesHeirs = (cred: Cred): boolean => hasChildren(cred) && !cred.rich?.bequest

function inTime({ seen }: CorrelateState, { ends, session, watchFrom }: Cred): boolean {
  const early = seen.firstTime(ends) < session.created - lifeSlackMs
  return !early && seen.lastTime(ends) <= watchFrom
}

/** Could places matter? One key at one place cannot; else two must differ in both address and agent. */
function inPlaces(state: CorrelateState, session: Session): boolean {
  if (session.created === 0) return false
  if (session.isAlone && !session.creds[0]?.moved) return false
  return severalPlaces(state, session)
}

function belowThresholds({ policy }: CorrelateState, rich: RichSession): boolean {
  if (rich.deeds.size > 0 || rich.mcp.items.length > 0) return false
  return rich.names < policy.harvestNames && rich.denials < policy.deniedBurst
}

function quietCred(state: CorrelateState, cred: Cred, out: Message[]): boolean {
  const { session, issue, reports = noReports } = cred
  if (leavesHeirs(cred) || (session.reheld && hasChildren(cred))) return false
  if (reports.exposures.length > 0) return false
  const owners = ownersOf(state, cred, reports)
  if (!owners || !usedByOwners(state, cred, reports, owners)) return false
  let watchFrom = session.created > 0 ? session.created + longestLifeMs : Infinity
  if (issue?.issue.expires) watchFrom = Math.min(watchFrom, issue.issue.expires)
  for (const { expires } of reports.leases) watchFrom = Math.min(watchFrom, expires || Infinity)
  for (const task of owners) {
    const { info } = askTask(state, task, session, out)
    if (info?.wanted) return false
    for (const { at } of info?.ends ?? []) watchFrom = Math.min(watchFrom, at)
  }
  cred.watchFrom = watchFrom
  return inTime(state, cred)
}

const noReports: KeyReports = { leases: [], claims: [], exposures: [] }

/**
 * The task that was given the key, by leases or by the parent, never both, and those to which it was handed on; undefined
 * where the evidence names several.
 */
function ownersOf(
  state: CorrelateState,
  cred: Cred,
  { leases }: KeyReports,
): readonly string[] | undefined {
  const [only] = leases
  const isPlain = !cred.issue && !cred.inherits && leases.length === 1
  if (only && isPlain && only.delegatedFrom === '') return [only.task]
  // Handed on by somebody who is no issuer: whether that counts is a judgement.
  if (leases.some((lease) => lease.delegatedFrom !== '' && leaseRank(state, lease) !== 'exact'))
    return undefined
  const inherit = inheritOf(cred)
  const inherited =
    inherit?.evidence.filter(({ level }) => level === 'task').map(({ id }) => id) ?? []
  if (inherit && inherit.evidence.length > 0 && leases.length > 0) return undefined
  const alone = !inherit || inherit.evidence.length === 0
  const tagged = cred.issue ? taggedTasks(state, cred.issue.issue, leases, alone) : []
  if (!tagged) return undefined
  const own = leases.filter(({ delegatedFrom }) => delegatedFrom === '').map(({ task }) => task)
  const given = [...tagged, ...own, ...inherited]
  // Of two tasks one may be better proven: then the other is a stranger, and only a judgement tells.
  if (given.some((task) => task !== given[0])) return undefined
  const handed = (inherit?.delegates ?? []).filter(({ received }) => received === 0)
  return [...given, ...[...leases, ...handed].map(({ task }) => task)]
}

/**
 * Tasks that the caller wrote on the issue, if nothing there can disagree with the leases: every name is a lease's, or
 * there is nothing else to disagree with (`alone`). Else undefined.
 */
function taggedTasks(
  { policy }: CorrelateState,
  { tags, description }: Issue,
  leases: readonly Lease[],
  alone: boolean,
): readonly string[] | undefined {
  if (description !== '' || policy.sessionName !== undefined) return undefined
  const names = Object.entries(tags).map(([tag, value]) => [tag.toLowerCase(), value] as const)
  const tasks = names.filter(([tag]) => policy.tags.task.has(tag)).map(([, value]) => value)
  if (alone && leases.length === 0) return tasks
  const agreed = names.every(([tag, value]) => {
    if (policy.tags.task.has(tag)) return leases.some(({ task }) => task === value)
    if (policy.tags.agent.has(tag)) return leases.some(({ agent }) => agent === value)
    return !policy.tags.human.has(tag)
  })
  return agreed ? tasks : undefined
}

/** Does every report about a use, or about the key, name an owner? */
function usedByOwners(
  state: CorrelateState,
  cred: Cred,
  { claims }: KeyReports,
  owners: readonly string[],
): boolean {
  for (const { task } of claims) if (!owners.includes(task)) return false
  for (const request of matchesOf(cred).keys())
    for (const { task } of state.reports.get(request) ?? [])
      if (!owners.includes(task)) return false
  return true
}

/** What is known of a task; join is asked once for each partition, and the session hears of every change. */
export function askTask(
  state: CorrelateState,
  task: string,
  session: Session,
  out: Message[],
): TaskEntry {
  let entry = state.tasks.get(task)
  if (!entry) {
    state.tasks.set(task, (entry = { info: undefined, sessions: new Set(), wanted: false }))
    out.push({ to: 'join', kind: 'task.asked', key: `task:${task}`, asker: session.principal })
  }
  entry.sessions.add(session.index)
  return entry
}
