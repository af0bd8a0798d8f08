import { compareMarks, type Mark } from '#shared/facts/mark.ts'
import { SmallestMap } from '#shared/facts/smallest-map.ts'
import type { Use } from '#shared/messages/use.ts'
import { matchingIssue } from './issue.ts'
import {
  noTexts,
  touch,
  type Child,
  type Cred,
  type CorrelateState,
  type RichCred,
  type Session,
} from './state.ts'

const hourMs = 3_600_000
/** AWS lets no temporary credential live longer (GetSessionToken and GetFederationToken, 36 h). */
export const longestLifeMs = 36 * hourMs
/** Clocks and long calls: eventTime may lie a little outside of a lifetime. */
export const lifeSlackMs = 5 * 60_000

/** Uses that reports name for one actor, actors, and children that one credential keeps. */
const matchesMax = 256
const actorsMax = 64
const childrenMax = 16_384

/** The credential of a use, made on first sight. */
export function credOf(state: CorrelateState, use: Use): Cred {
  const fast = state.creds.get(use.key)
  if (fast && fast.session.principal === use.principal && fast.session.created === use.created)
    return fast
  const id = sessionId(use)
  const known = state.more.get(`${id}|${use.key}`)
  return known ?? makeCred(state, use, id, fast !== undefined || use.key === '')
}

const sessionId = ({ principal, created, key }: Use): string =>
  created ? `${principal}@${new Date(created).toISOString()}` : `${principal}#${key || '-'}`

function makeCred(state: CorrelateState, use: Use, id: string, shared: boolean): Cred {
  const session = state.sessions.get(id) ?? makeSession(state, use, id)
  const cred: Cred = {
    index: state.all.length,
    key: use.key,
    session,
    uses: 0,
    what: -1,
    where: -1,
    whatCount: 0,
    whereCount: 0,
    place: -1,
    moved: false,
    crowded: false,
    mixed: false,
    address: '',
    agent: '',
    placeNow: 0,
    ends: state.seen.add(state.all.length, endsValue, 0, -1),
    watchFrom: use.created > 0 ? use.created + longestLifeMs : Infinity,
    sources: noTexts,
    scopes: noTexts,
    issue: undefined,
    inherits: undefined,
    reports: undefined,
    rich: undefined,
  }
  lookUp(state, cred)
  state.all.push(cred)
  // Made with one item, a list has no room to spare; most sessions have one credential.
  session.creds = session.creds.length === 0 ? [cred] : session.creds.concat(cred)
  if (shared) setAside(state, `${id}|${use.key}`, cred)
  else state.creds.set(use.key, cred)
  if (cred.key !== '') state.fresh.push(cred)
  touch(state, session)
  return cred
}

/** What came before the first use: the issue, the inheritance, the reports. */
function lookUp(state: CorrelateState, cred: Cred): void {
  if (cred.key === '') return
  const name = `${cred.session.principal}|${cred.key}`
  cred.issue = matchingIssue(state.issues.get(name), cred.session.created)
  cred.inherits = state.inherits.get(name)
  const twins = [state.creds.get(cred.key), ...(state.others.get(cred.key) ?? [])]
  cred.reports = twins.find((twin) => twin?.session.principal === cred.session.principal)?.reports
}

/** A second principal or session with the same key id, or a credential without one. */
function setAside(state: CorrelateState, name: string, cred: Cred): void {
  state.more.set(name, cred)
  if (cred.key === '') return
  const others = state.others.get(cred.key)
  if (others) others.push(cred)
  else state.others.set(cred.key, [cred])
}

function makeSession(state: CorrelateState, use: Use, id: string): Session {
  const session: Session = {
    id,
    principal: use.principal,
    account: accountOf(state, use.principal),
    created: use.created,
    identity: use.identity,
    creds: [],
    arrived: -Infinity,
    console: false,
    hiddenIssue: false,
    instance: '',
    rich: undefined,
    told: undefined,
    said: undefined,
    queued: false,
    stale: false,
  }
  state.sessions.set(id, session)
  return session
}

/** One and the same text for all sessions of an account. */
function accountOf({ accounts }: CorrelateState, principal: string): string {
  const account = principal.slice(0, principal.indexOf('/'))
  const known = accounts.get(account)
  if (known === undefined) accounts.set(account, account)
  return known ?? account
}

/** Values of `what` are small numbers, those of `where` have the highest bit alone: this is neither. */
const endsValue = 0xffffffff

/**
 * First and latest direct use; its id must have been packed. The latest matters at once only past the moment that somebody
 * watches for.
 */
export function moveEnds(state: CorrelateState, cred: Cred, at: number): void {
  const { seen } = state
  const first = seen.firstTime(cred.ends)
  if (!seen.touch(cred.ends, at)) return
  if (at > cred.watchFrom || (at <= first && first < Infinity)) touch(state, cred.session)
}

export const firstOf = ({ seen }: CorrelateState, { ends }: Cred): Mark => seen.first(ends)
export const lastOf = ({ seen }: CorrelateState, { ends }: Cred): Mark => seen.last(ends)

export const markOf = ({ at, id }: Mark): Mark => ({ at, id })

export function richCred(cred: Cred): RichCred {
  cred.rich ??= {
    matches: undefined,
    settled: undefined,
    children: undefined,
    untold: undefined,
    bequest: undefined,
    signature: '',
  }
  return cred.rich
}

/** The uses for which one actor is named. Beyond the bound of actors it is one that is filled for nothing. */
export function matchesBy(cred: Cred, actor: string): SmallestMap<Mark> {
  const rich = richCred(cred)
  const actors = (rich.matches ??= new SmallestMap<SmallestMap<Mark>>(actorsMax))
  const known = actors.get(actor)
  if (known) return known
  const fresh = new SmallestMap<Mark>(matchesMax)
  actors.merge(actor, fresh, (old) => old)
  return fresh
}

/** Every use of the credential that a report names, once, by requestID. */
export function matchesOf({ rich }: Cred): ReadonlyMap<string, Mark> {
  const actors = [...(rich?.matches?.entries.values() ?? [])]
  const [only] = actors
  if (actors.length < 2) return only?.entries ?? noMatches
  return new Map(actors.flatMap(({ entries }) => [...entries]))
}
const noMatches: ReadonlyMap<string, Mark> = new Map()

/** Notes a child that the credential minted. */
export function addChild(cred: Cred, minted: string, child: Child): void {
  const rich = richCred(cred)
  const children = (rich.children ??= new SmallestMap<Child>(childrenMax))
  const kept = children.merge(minted, child, (a, b) => (compareMarks(a, b) <= 0 ? a : b))
  if (kept) (rich.untold ??= new Set()).add(minted)
}

export const hasChildren = ({ rich }: Cred): boolean => (rich?.children?.entries.size ?? 0) > 0
