import { compareMarks } from '#shared/facts/mark.ts'
import { ownTarget } from '#shared/policy.ts'
import type { Progress } from '#shared/messages/activity.ts'
import type {
  ActorFacts,
  Neighbour,
  SessionFacts,
  TargetDeed,
} from '#shared/messages/session-facts.ts'
import type { PathNode } from '#shared/messages/holder.ts'
import { conflictsOf, decide, type Decision } from './holder.ts'
import { endOf } from './ends.ts'
import { actorFacts, expiryOf, keyFacts, viewKey, type KeyView } from './keys.ts'
import { agentsOfTask } from './evidence.ts'
import { countOf, deedsOf, namesOf, deniedOf, harvestOf, placesOf, severalPlaces } from './lists.ts'
import type { Cred, Session } from './cred.ts'
import type { CorrelateState } from './state.ts'
import { lifeSlackMs, longestLifeMs } from './creds.ts'

/** What a session comes to right now: its keys, its holder, its chain, its subject and its story. */
export type SessionView = {
  readonly session: Session
  readonly keys: readonly KeyView[]
  readonly actors: readonly ActorFacts[]
  readonly decision: Decision
  /** Ancestors, root first. */
  readonly path: readonly PathNode[]
  readonly subject: string
  readonly leaseRoot: string
}

export function viewSession(state: CorrelateState, session: Session): SessionView {
  const keys = sortedCreds(session).map((cred) => viewKey(state, cred))
  const decision = together(state, keys)
  const path = commonPath(keys.flatMap(({ inherit }) => (inherit ? [inherit.path] : [])))
  const agent = decision.holder.agent.id
  const root = path[0]?.principal ?? session.principal
  return {
    session,
    keys,
    actors: keys.flatMap((key) => actorFacts(state, key)),
    decision,
    path,
    subject: agent === null ? `principal:${root}` : `agent:${agent}`,
    leaseRoot: leaseRootOf(session, keys, decision, path, root),
  }
}

/** Ancestors that all keys share: two keys of one name and one second may have come from two parents. */
function commonPath(paths: readonly (readonly PathNode[])[]): readonly PathNode[] {
  const [first = [], ...others] = paths
  if (others.length === 0) return first
  const parting = first.findIndex(({ session }, i) =>
    others.some((path) => path[i]?.session !== session),
  )
  return parting < 0 ? first : first.slice(0, parting)
}

/** In an order that does not depend on which key was seen first. */
const sortedCreds = ({ creds }: Session): readonly Cred[] =>
  creds.length < 2 ? creds : creds.toSorted((a, b) => (a.key < b.key ? -1 : 1))

/** The session's holder: that of its only key, else what all its keys' evidence comes to. */
function together(state: CorrelateState, keys: readonly KeyView[]): Decision {
  const [only] = keys
  if (only && keys.length === 1) return only.decision
  return decide(
    keys.flatMap(({ evidence }) => evidence),
    (task) => agentsOfTask(state, task),
  )
}

/** The highest credential on the path that exactly one task holds; else that one agent holds; else the root principal. */
function leaseRootOf(
  session: Session,
  keys: readonly KeyView[],
  { holder }: Decision,
  path: readonly PathNode[],
  root: string,
): string {
  const own = { session: session.id, holder, key: keys[0]?.cred.key ?? '' }
  for (const level of ['task', 'agent'] as const) {
    const highest = [...path, own].find((node) => node.holder[level].id !== null)
    if (highest) return `${level}:${highest.session}`
  }
  return `principal:${root}`
}

/** Can any judge turn on this session? Until then nothing is sent to detect; from then on, every change. */
export function ofInterest(state: CorrelateState, view: SessionView): boolean {
  const { session, keys, actors, decision } = view
  if (session.told || session.instance !== '') return true
  const { rich } = session
  if (rich && (rich.deeds.size > 0 || namesOf(rich) >= state.policy.harvestNames)) return true
  if (rich && countOf(rich.denied) >= state.policy.deniedBurst) return true
  if (decision.lost.length > 0 || keys.some(({ decision: { lost } }) => lost.length > 0))
    return true
  if (session.created > 0 && (severalPlaces(state, session) || isCrowded(session))) return true
  if (keys.some((key) => key.actors.length > 1 || pastItsEnd(state, key))) return true
  if (keys.some(({ cred }) => isExposed(cred))) return true
  if (actors.some(({ foreign }) => foreign !== '')) return true
  return coveredFrom(state, session) <= session.created && session.created > 0
}

/** Has AWS found it in public? */
const isExposed = ({ reports }: Cred): boolean => (reports?.exposures.length ?? 0) > 0

/** More places than are kept, by several programs: an honest place may have been let go. */
const isCrowded = ({ creds }: Session): boolean =>
  creds.some(({ crowded, mixed }) => crowded && mixed)

/** Was the key used after it expired, after its task ended, or past any lifetime? */
function pastItsEnd(state: CorrelateState, key: KeyView): boolean {
  const { ends, session } = key.cred
  const early = state.seen.firstTime(ends) < session.created - lifeSlackMs
  return early || state.seen.lastTime(ends) > watchFromOf(state, key)
}

/** The moment from which every later use must be judged at once. */
export function watchFromOf(state: CorrelateState, key: KeyView): number {
  const { created } = key.cred.session
  const life = created > 0 ? created + longestLifeMs : Infinity
  const ends = [endOf(state, key)?.at ?? Infinity, expiryOf(state, key) || Infinity, life]
  return Math.min(...ends)
}

/** Since when all regions of the session's account are covered (SEMANTICS E1); Infinity: not. */
export function coveredFrom(state: CorrelateState, session: Session): number {
  const froms = progressOf(state, session).map(({ from }) => from)
  return froms.length > 0 ? Math.max(...froms) : Infinity
}

/** What each source that covers the session's account, or everything, says to be complete. */
const progressOf = ({ progress }: CorrelateState, { account }: Session): Progress[] =>
  [account, '*'].flatMap((scope) => [...(progress.get(scope)?.values() ?? [])])

export function factsOf(state: CorrelateState, view: SessionView, revision: number): SessionFacts {
  const { session, keys, decision, path, subject, leaseRoot } = view
  const { rich } = session
  return {
    session: session.id,
    revision,
    principal: session.principal,
    identity: session.identity,
    account: session.account,
    created: session.created,
    console: session.console,
    hiddenIssue: session.hiddenIssue,
    instance: session.instance,
    subject,
    leaseRoot,
    holder: decision.holder,
    conflicts: keys.flatMap((key) =>
      conflictsOf(key.decision, state.seen.firstTime(key.cred.ends)),
    ),
    path,
    keys: keys.map((key) => keyFacts(state, key)),
    actors: view.actors,
    places: placesOf(state, session),
    crowded: isCrowded(session),
    neighbours: neighboursOf(state, session),
    denied: rich ? deniedOf(rich) : [],
    harvest: rich ? harvestOf(rich) : [],
    deeds: deedsOf(session),
    targets: targetsOf(state, view),
    coveredFrom: coveredFrom(state, session),
    frontier: frontierOf(state, session),
  }
}

function frontierOf(state: CorrelateState, session: Session): number {
  const told = progressOf(state, session)
  return told.length > 0 ? Math.min(...told.map(({ upTo }) => upTo)) : -Infinity
}

/** Join ids of what the session's deeds name, and of its own principal: who did something to them? */
export function targetIds({ session }: SessionView): Set<string> {
  const ids = new Set([ownTarget(session.principal)])
  for (const { account, target, about } of deedsOf(session))
    for (const name of [target, ...(about ?? [])]) ids.add(`${account}/${name}`)
  return ids
}

function targetsOf(
  state: CorrelateState,
  view: SessionView,
): Record<string, readonly TargetDeed[]> {
  const found: Record<string, readonly TargetDeed[]> = {}
  for (const id of [...targetIds(view)].toSorted()) {
    const answer = state.targets.get(id)?.answer
    if (answer && answer.length > 0) found[id] = answer
  }
  return found
}

/** Join ids of the addresses and hours of an instance session, with the hours beside. */
export function placeIds(state: CorrelateState, session: Session): Map<string, string> {
  const found = new Map<string, string>()
  for (const { address, first } of placesOf(state, session))
    for (const hour of neighbouring(first.at))
      found.set(placeId(session.account, address, hour), address)
  return found
}

const neighbouring = (at: number): number[] => {
  const hour = Math.floor(at / 3_600_000)
  return [hour - 1, hour, hour + 1]
}

export const placeId = (account: string, address: string, hour: number): string =>
  `${account}/${address}/${hour}`

function neighboursOf(state: CorrelateState, session: Session): Neighbour[] {
  if (session.instance === '') return []
  const found = [...placeIds(state, session)].flatMap(([id, address]) =>
    (state.places.get(id)?.answer ?? []).map((user) => ({
      address,
      agent: user.agent,
      principal: user.principal,
      session: user.session,
      leaseRoot: user.leaseRoot,
      first: { at: user.at, id: user.id },
    })),
  )
  return found.toSorted(
    (a, b) => compareMarks(a.first, b.first) || (a.session < b.session ? -1 : 1),
  )
}
