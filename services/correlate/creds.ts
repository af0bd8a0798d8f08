import { compareMarks, type Mark } from '#shared/facts/mark.ts'
import { SmallestMap } from '#shared/facts/smallest-map.ts'
import type { Use } from '#shared/messages/use.ts'
import { matchingIssue } from './issue.ts'
import { Cred, Session } from './cred.ts'
import type { CredTable } from './cred-table.ts'
import type { Child, RichCred } from './rich.ts'
import { touch, type CorrelateState } from './state.ts'

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
  const { held } = state
  held.keys.note(use.key)
  if (use.key === '') return withoutKey(state, use)
  const first = held.withKey()
  if (first < 0) return makeCred(state, use)
  const cred = new Cred(held, first)
  if (isOf(cred.session, use)) return cred
  return twinsOf(held, first).find(({ session }) => isOf(session, use)) ?? makeCred(state, use)
}

const isOf = (session: Session, use: Use): boolean =>
  session.created === use.created && session.isOf(use.principal)

function withoutKey(state: CorrelateState, use: Use): Cred {
  const row = state.held.session(use.principal, use.created, '')
  const session = row < 0 ? undefined : new Session(state.held, row)
  return session?.creds.find(({ key }) => key === '') ?? makeCred(state, use)
}

const twinsOf = (held: CredTable, first: number): Cred[] =>
  (held.twins.get(first) ?? []).map((row) => new Cred(held, row))

/** Every credential that shows a key id: one, unless sessions share it. */
export function credsWith({ held }: CorrelateState, key: string): readonly Cred[] {
  if (key === '') return []
  held.keys.note(key)
  const first = held.withKey()
  return first < 0 ? [] : [new Cred(held, first), ...twinsOf(held, first)]
}

/** The credential with this number. */
export const credAt = ({ held }: CorrelateState, index: number): Cred => new Cred(held, index)

/** All of them, in the order in which they were seen. */
export function* everyCred({ held }: CorrelateState): Generator<Cred> {
  for (let row = 0; row < held.creds.size; row++) yield new Cred(held, row)
}

export const sessionAt = ({ held }: CorrelateState, index: number): Session =>
  new Session(held, index)

export function* everySession({ held }: CorrelateState): Generator<Session> {
  for (let row = 0; row < held.sessions.size; row++) yield new Session(held, row)
}

/** A session by its id. */
export function sessionById({ held }: CorrelateState, id: string): Session | undefined {
  const [, dated, date = ''] = /^(.*)@([-+]?\d+-\d\d-\d\dT[\d:.]+Z)$/s.exec(id) ?? []
  const found = dated === undefined ? -1 : held.session(dated, Date.parse(date), '')
  if (found >= 0) return new Session(held, found)
  for (let at = id.indexOf('#'); at >= 0; at = id.indexOf('#', at + 1)) {
    const key = id.slice(at + 1)
    const row = held.session(id.slice(0, at), 0, key === '-' ? '' : key)
    if (row >= 0) return new Session(held, row)
  }
  return undefined
}

function makeCred(state: CorrelateState, use: Use): Cred {
  const { held } = state
  const { principal, created, key } = use
  const known = held.session(principal, created, key)
  const session = known < 0 ? held.addSession(principal, created, accountOf(principal)) : known
  held.keys.note(key)
  const cred = new Cred(held, held.addCred(session, key))
  cred.ends = state.seen.add(cred.index, endsValue, 0, -1)
  cred.watchFrom = created > 0 ? created + longestLifeMs : Infinity
  if (known < 0) cred.session.identity = use.identity
  lookUp(state, cred)
  if (key !== '') state.fresh.push(cred.index)
  touch(state, cred.session, 'holder')
  return cred
}

/** What came before the first use: the issue, the inheritance, the reports. */
function lookUp(state: CorrelateState, cred: Cred): void {
  const { key, session } = cred
  if (key === '') return
  const name = `${session.principal}|${key}`
  cred.issue = matchingIssue(state.issues.get(name), session.created)
  cred.inherits = state.inherits.get(name)
  const twin = credsWith(state, key).find(
    (each) => each.index !== cred.index && each.session.isOf(session.principal),
  )
  const said = twin?.reports
  if (said) cred.reports = said
}

const accountOf = (principal: string): string => principal.slice(0, principal.indexOf('/'))

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
  // Where what it showed is all that tells who holds it, its first use is the evidence.
  if (at <= first && first < Infinity) touch(state, cred.session, 'holder')
  else if (at > cred.watchFrom) touch(state, cred.session, 'doings')
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
