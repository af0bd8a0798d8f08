import { compareMarks } from '#shared/facts/mark.ts'
import type {
  DeedFact,
  DeniedMark,
  HarvestMark,
  PlaceFacts,
} from '#shared/messages/session-facts.ts'
import type { Cred, Session } from './cred.ts'
import { compareText } from './holder.ts'
import type { Denied, RichSession } from './rich.ts'
import type { CorrelateState } from './state.ts'
import { pairOf, rowsOf, whereOf } from './rows.ts'

/** A success this soon after a denial, of the same call on the same target, means that a change was settling (SEMANTICS C3). */
const settleMs = 60_000

/** Every place of every key of the session, in order of time. */
export function placesOf(state: CorrelateState, session: Session): PlaceFacts[] {
  const found: PlaceFacts[] = []
  for (const cred of session.creds)
    for (const row of rowsOf(state, cred, 'where')) {
      const { address, agent } = whereOf(state, row)
      found.push({
        key: cred.key,
        address,
        agent,
        first: state.seen.first(row),
        last: state.seen.last(row),
      })
    }
  return found.toSorted(
    (a, b) => compareMarks(a.first, b.first) || (a.address < b.address ? -1 : 1),
  )
}

/** Does the session show two places that differ in both address and agent? Only then can a judge turn on them. */
export function severalPlaces(state: CorrelateState, session: Session): boolean {
  const pairs = new Set<number>()
  for (const cred of session.creds)
    for (const row of rowsOf(state, cred, 'where')) pairs.add(state.seen.valueA(row))
  if (pairs.size < 2) return false
  const places = [...pairs].map((pair) => pairOf(state, pair))
  return places.some(({ address, agent }) =>
    places.some((other) => other.address !== address && other.agent !== agent),
  )
}

/** How many names of secrets the session asked for, in all. */
export function namesOf({ harvest }: RichSession): number {
  let count = 0
  for (const { items } of harvest.entries.values())
    for (const { names } of items) count += names.length
  return count
}

export function deniedOf({ denied, settled }: RichSession): DeniedMark[] {
  return denied
    .sorted()
    .flatMap(([, list]) => list.items)
    .toSorted(compareMarks)
    .map((mark) => ({ ...mark, settled: settles(settled, mark) }))
}

type Refusal = Pick<Denied, 'service' | 'action' | 'target' | 'at'>

function settles(
  settled: RichSession['settled'],
  { service, action, target, at }: Refusal,
): boolean {
  if (target === '') return false
  const success = settled.get(`${service}:${action}:${target}`)
  return success?.marks.some((mark) => mark.at >= at && mark.at <= at + settleMs) ?? false
}

export const harvestOf = ({ harvest }: RichSession): HarvestMark[] =>
  harvest
    .sorted()
    .flatMap(([, list]) => list.items)
    .toSorted(compareMarks)

/** Deeds in order of time, and what AWS says of its keys. A role that was assumed within the minute after its refusal was no probe. */
export function deedsOf(session: Session): DeedFact[] {
  const { rich } = session
  const own = [...(rich?.deeds.values() ?? [])].flatMap(({ items }) => items)
  return [
    ...own.filter((deed) => deed.deed !== 'role-probed' || !rich || !settles(rich.settled, deed)),
    ...session.creds.flatMap((cred) => exposuresOf(cred)),
  ].toSorted(
    (a, b) =>
      compareMarks(a, b) ||
      compareText(a.deed, b.deed) ||
      compareText(a.target, b.target) ||
      compareText(a.made ?? '', b.made ?? ''),
  )
}

/** That AWS found a key in public is a fact about whoever uses it: nobody did that with any key. */
function exposuresOf({ reports, session, key }: Cred): DeedFact[] {
  const { principal, account } = session
  return (reports?.exposures ?? []).map(({ at, id, code }) => ({
    ...exposed,
    at,
    id,
    key: '',
    made: key,
    target: principal.slice(account.length + 1),
    account,
    service: 'health',
    action: code,
  }))
}

const exposed = {
  deed: 'key-exposed',
  grantee: 'none',
  to: [],
  power: 'none',
  document: 'none',
  outcome: 'done',
  effect: 'neither',
  says: 'was found in public by AWS',
} as const satisfies Partial<DeedFact>

export const countOf = (lists: {
  entries: ReadonlyMap<string, { items: readonly unknown[] }>
}): number => {
  let count = 0
  for (const { items } of lists.entries.values()) count += items.length
  return count
}
