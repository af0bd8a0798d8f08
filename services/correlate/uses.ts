import { earliest, latest, type Mark } from '#shared/facts/mark.ts'
import { SmallestMap } from '#shared/facts/smallest-map.ts'
import { baseOf } from '#shared/policy.ts'
import type { Use } from '#shared/messages/use.ts'
import { matchingIssue } from './issue.ts'
import { explainByMcp, learnRare } from './rare.ts'
import { touch, addText, type Cred, type CorrelateState, type RichCred, type Session } from './state.ts'

/** Values that one credential keeps for each facet (SEMANTICS C3). */
export const valuesMax = 64
/** Rows of the facet `where` are told apart from those of `what` by this bit. */
const whereBit = 0x80000000
const hourMs = 3_600_000
/** AWS lets no temporary credential live longer (GetSessionToken and GetFederationToken, 36 h). */
export const longestLifeMs = 36 * hourMs
/** How long after a new place an older one may still turn a verdict by going on. */
const turnMs = hourMs
/** Clocks and long calls: eventTime may lie a little outside of a lifetime. */
export const lifeSlackMs = 5 * 60_000
const errorClasses = ['none', 'denied', 'throttled', 'absent', 'other'] as const

/**
 * Folds one use. `repeat`: the record came before, so it adds facts but is not counted again. A forwarded call makes no
 * session (SEMANTICS A5), and a service is never a subject or a parent (B1): both are only counted.
 */
export function learnUse(state: CorrelateState, use: Use, repeat: boolean): void {
  if (!use.direct || use.identity === 'service') {
    if (!repeat) state.forwarded.set(use.principal, (state.forwarded.get(use.principal) ?? 0) + 1)
    return
  }
  const cred = credOf(state, use)
  if (!repeat) cred.uses++
  if (use.sourceIdentity !== '' && cred.sources[0] !== use.sourceIdentity)
    if (addText(cred.sources, use.sourceIdentity)) touch(state, cred.session)
  if (use.scope !== '' && cred.scopes[0] !== use.scope)
    if (addText(cred.scopes, use.scope)) touch(state, cred.session)
  sightWhat(state, cred, use)
  if (use.address !== '') sightWhere(state, cred, use)
  moveEnds(state, cred, use)
  if (use.request !== '') matchRequest(state, cred, use)
  if (use.rare !== undefined || use.error === 'denied') learnRare(state, cred, use)
}

/** The credential of a use, made on first sight. */
export function credOf(state: CorrelateState, use: Use): Cred {
  const fast = state.creds.get(use.key)
  if (fast && fast.session.principal === use.principal && fast.session.created === use.created) return fast
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
    first: undefined,
    last: undefined,
    watchFrom: use.created > 0 ? use.created + longestLifeMs : Infinity,
    sources: [],
    scopes: [],
    issue: undefined,
    inherits: undefined,
    reports: undefined,
    rich: undefined,
    announced: false,
  }
  lookUp(state, cred)
  state.all.push(cred)
  session.creds.push(cred)
  if (shared) setAside(state, `${id}|${use.key}`, cred)
  else state.creds.set(use.key, cred)
  touch(state, session)
  return cred
}

/** What came before the first use: the issue, the inheritance, the reports. */
function lookUp(state: CorrelateState, cred: Cred): void {
  if (cred.key === '') return
  const name = `${cred.session.principal}|${cred.key}`
  cred.issue = matchingIssue(state.issues.get(name), cred.session.created)
  cred.inherits = state.inherits.get(name)
  cred.reports = state.keyReports.get(cred.key)
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
    account: use.principal.slice(0, use.principal.indexOf('/')),
    created: use.created,
    identity: use.identity,
    creds: [],
    arrived: -Infinity,
    console: false,
    hiddenIssue: false,
    instance: '',
    accounts: [],
    rich: undefined,
    told: undefined,
    said: undefined,
    queued: false,
  }
  state.sessions.set(id, session)
  const base = baseOf(use.principal)
  const family = state.bases.get(base)
  if (family) family.push(session)
  else state.bases.set(base, [session])
  return session
}

export function richCred(cred: Cred): RichCred {
  cred.rich ??= { matches: new SmallestMap(matchesMax), children: new SmallestMap(childrenMax), untold: new Set(), settled: new Map() }
  return cred.rich
}
/** Uses explained by reports, and children, that one credential keeps. */
const matchesMax = 256
const childrenMax = 16_384

function sightWhat(state: CorrelateState, cred: Cred, use: Use): void {
  const a = state.values.pair(use.service, use.action) * 8 + errorClasses.indexOf(use.error)
  const b = state.values.pair(use.account, use.region)
  let row = state.seen.find(cred.index, a, b)
  if (row < 0) {
    row = room(state, cred, 'what', a, b)
    if (row < 0) return
  }
  state.seen.touch(row, use.at, use.id)
}

function sightWhere(state: CorrelateState, cred: Cred, use: Use): void {
  const a = (state.values.pair(use.address, use.agent) | whereBit) >>> 0
  const b = Math.floor(use.at / hourMs)
  let row = state.seen.find(cred.index, a, b)
  const fresh = row < 0
  if (fresh) {
    row = room(state, cred, 'where', a, b)
    if (row < 0) return
  }
  const before = state.seen.lastTime(row)
  const first = state.seen.firstTime(row)
  const changed = state.seen.touch(row, use.at, use.id)
  const { session } = cred
  if (cred.place < 0) cred.place = a
  else if (cred.place !== a) cred.moved = true
  if (use.at <= first && use.at > session.arrived) session.arrived = use.at
  const several = cred.moved || session.creds.length > 1 || session.instance !== ''
  const judged = (session.created > 0 && !session.console) || session.instance !== ''
  const turns = use.at <= first || before <= session.arrived + turnMs
  if (fresh ? several || state.hosts.has(session.account) : changed && several && judged && turns)
    touch(state, session)
}

/** A row for a new value: a fresh one, or, at the bound, that of the value with the largest hash; −1 if that is itself. */
function room(state: CorrelateState, cred: Cred, facet: 'what' | 'where', a: number, b: number): number {
  const counter = facet === 'what' ? 'whatCount' : 'whereCount'
  if (cred[counter] < valuesMax) {
    cred[counter]++
    cred[facet] = state.seen.add(cred.index, a, b, cred[facet])
    return cred[facet]
  }
  state.values.dropped++
  let worst = -1
  let worstHash = contentHash(state, a, b)
  for (let row = cred[facet]; row >= 0; row = state.seen.next(row)) {
    const hash = contentHash(state, state.seen.valueA(row), state.seen.valueB(row))
    if (hash > worstHash) [worst, worstHash] = [row, hash]
  }
  if (worst >= 0) state.seen.replace(worst, a, b)
  return worst
}

/** Hash of what a row stands for (52 bits), whatever numbers its texts have in this process. */
function contentHash(state: CorrelateState, a: number, b: number): number {
  const place = a >= whereBit
  const left = state.values.pairHash(place ? a - whereBit : Math.floor(a / 8))
  const right = place ? b : state.values.pairHash(b) ^ Math.imul(a % 8, 0x9e3779b9)
  const high = stir(left, right)
  return high * 1_048_576 + (stir(high ^ 0x5bd1e995, left) >>> 12)
}

function stir(a: number, b: number): number {
  let h = Math.imul(a ^ (a >>> 15), 0x85ebca6b) ^ Math.imul(b ^ 0x27d4eb2f, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 13), 0x9e3779b1)
  return (h ^ (h >>> 16)) >>> 0
}

/** First and latest direct use. The latest matters at once only past the moment that somebody watches for. */
function moveEnds(state: CorrelateState, cred: Cred, use: Use): void {
  if (!cred.first || use.at <= cred.first.at) {
    const first = earliest(cred.first, markOf(use))
    if (cred.first && first !== cred.first) touch(state, cred.session)
    cred.first = first
  }
  if (!cred.last || use.at >= cred.last.at) {
    const last = latest(cred.last, markOf(use))
    if (last !== cred.last && use.at > cred.watchFrom) touch(state, cred.session)
    cred.last = last
  }
}

export const markOf = ({ at, id }: Mark): Mark => ({ at, id })

/** Remembers who made the request, and joins it with reports that came before. */
function matchRequest(state: CorrelateState, cred: Cred, use: Use): void {
  state.requests.add(use.request, cred.index, use)
  if (state.reports.size > 0 && state.reports.has(use.request)) addMatch(state, cred, use.request, use)
  const call = state.mcp.size > 0 ? state.mcp.get(use.request) : undefined
  if (call) explainByMcp(state, cred, call)
}

/** A report names a use. Only a new actor, an earlier first use, or the use of a stranger changes what is known. */
export function addMatch(state: CorrelateState, cred: Cred, request: string, mark: Mark): void {
  const { matches, settled } = richCred(cred)
  const dropped = matches.dropped
  matches.merge(request, markOf(mark), (old, now) => earliest(old, now))
  const reports = state.reports.get(request) ?? []
  const [only] = reports
  const first = only && reports.length === 1 ? settled.get(actorName(only)) : undefined
  if (first && first.at < mark.at && matches.dropped === dropped) return
  touch(state, cred.session)
}

/** How an actor is told apart. */
export const actorName = ({ task, agent }: { task: string; agent?: string | undefined }): string =>
  `${task}|${agent ?? ''}`

/** Lists the rows of one facet of a credential. */
export function* rowsOf(state: CorrelateState, cred: Cred, facet: 'what' | 'where'): Generator<number> {
  for (let row = cred[facet]; row >= 0; row = state.seen.next(row)) yield row
}

export function whereOf(state: CorrelateState, row: number): { address: string; agent: string; hour: number } {
  return { ...pairOf(state, state.seen.valueA(row)), hour: state.seen.valueB(row) }
}

/** The place that the first value of a row of `where` stands for. */
export function pairOf(state: CorrelateState, value: number): { address: string; agent: string } {
  const [address, agent] = state.values.pairOf(value - whereBit)
  return { address, agent }
}

export function whatOf(state: CorrelateState, row: number): {
  service: string
  action: string
  error: (typeof errorClasses)[number]
  account: string
  region: string
} {
  const a = state.seen.valueA(row)
  const [service, action] = state.values.pairOf(Math.floor(a / 8))
  const [account, region] = state.values.pairOf(state.seen.valueB(row))
  return { service, action, error: errorClasses[a % 8] ?? 'other', account, region }
}
