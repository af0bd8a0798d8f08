import type { Use } from '#shared/messages/use.ts'
import type { Cred } from './cred.ts'
import { touch, type CorrelateState } from './state.ts'

/** Values that one credential keeps for each facet (SEMANTICS C3). */
export const valuesMax = 64
/** Rows of the facet `where` are told apart from those of `what` by this bit. */
const whereBit = 0x80000000
const hourMs = 3_600_000
/** How long after a new place an older one may still turn a verdict by going on. */
const turnMs = hourMs
const errorClasses = ['none', 'denied', 'throttled', 'absent', 'other'] as const
const errorNumber: Readonly<Record<Use['error'], number>> = {
  none: 0,
  denied: 1,
  throttled: 2,
  absent: 3,
  other: 4,
}

/** Notes what a use called and from where; its id must have been packed. The same texts are the same objects, mostly, so the last ones are remembered. */
export function sight(state: CorrelateState, cred: Cred, use: Use): void {
  sightWhat(state, cred, use)
  if (use.address !== '') sightWhere(state, cred, use)
}

function sightWhat(state: CorrelateState, cred: Cred, use: Use): void {
  const scene = state.values.pair(use.account, use.region)
  const a = state.values.pair(use.service, use.action) * 8 + errorNumber[use.error]
  let row = state.seen.find(cred.index, a, scene)
  if (row < 0) {
    row = room(state, cred, 'what', a, scene)
    if (row < 0) return
  }
  state.seen.touch(row, use.at)
}

function sightWhere(state: CorrelateState, cred: Cred, use: Use): void {
  const { session } = cred
  const place = placeOf(state, cred, use)
  const a = place + whereBit
  const b = Math.floor(use.at / hourMs)
  let row = state.seen.find(cred.index, a, b)
  const fresh = row < 0
  if (fresh) {
    row = room(state, cred, 'where', a, b)
    if (row < 0) return
  }
  const before = state.seen.lastTime(row)
  const first = state.seen.firstTime(row)
  const changed = state.seen.touch(row, use.at)
  if (cred.place < 0) cred.place = place
  else if (cred.place !== place) cred.moved = true
  if (use.at <= first && use.at > session.arrived) session.arrived = use.at
  const several = cred.moved || !session.isAlone || session.instance !== ''
  const judged = (session.created > 0 && !session.console) || session.instance !== ''
  const turns = use.at <= first || before <= session.arrived + turnMs
  if (fresh ? several || state.hosts.has(session.account) : changed && several && judged && turns)
    touch(state, session, 'doings')
}

/** The place of this use as a number, most often that of the one before. */
function placeOf(state: CorrelateState, cred: Cred, { address, agent }: Use): number {
  const { values } = state
  const before = cred.placeNow
  if (before >= 0) {
    const [address0, agent0] = values.pairOf(before)
    if (agent0 !== agent) mix(state, cred)
    else if (address0 === address) return before
  }
  const place = values.pair(address, agent)
  cred.placeNow = place
  return place
}

/** A second program; it matters where there are too many places to tell. */
function mix(state: CorrelateState, cred: Cred): void {
  if (cred.mixed) return
  cred.mixed = true
  if (cred.crowded) touch(state, cred.session, 'doings')
}

/** A row for a new value: a fresh one, or, at the bound, that of the value with the largest hash; −1 if that is itself. */
function room(
  state: CorrelateState,
  cred: Cred,
  facet: 'what' | 'where',
  a: number,
  b: number,
): number {
  const counter = facet === 'what' ? 'whatCount' : 'whereCount'
  if (cred[counter] < valuesMax) {
    cred[counter]++
    cred[facet] = state.seen.add(cred.index, a, b, cred[facet])
    return cred[facet]
  }
  state.values.dropped++
  if (facet === 'where' && !cred.crowded) {
    cred.crowded = true
    touch(state, cred.session, 'doings')
  }
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

/** Lists the rows of one facet of a credential. */
export function* rowsOf(
  state: CorrelateState,
  cred: Cred,
  facet: 'what' | 'where',
): Generator<number> {
  for (let row = cred[facet]; row >= 0; row = state.seen.next(row)) yield row
}

export function whereOf(
  state: CorrelateState,
  row: number,
): { address: string; agent: string; hour: number } {
  return { ...pairOf(state, state.seen.valueA(row)), hour: state.seen.valueB(row) }
}

/** The place that the first value of a row of `where` stands for. */
export function pairOf(state: CorrelateState, value: number): { address: string; agent: string } {
  const [address, agent] = state.values.pairOf(value - whereBit)
  return { address, agent }
}

export function whatOf(
  state: CorrelateState,
  row: number,
): {
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
