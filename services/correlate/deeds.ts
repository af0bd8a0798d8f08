import { EarliestList } from '#shared/facts/earliest-list.ts'
import { compareMarks, type Mark } from '#shared/facts/mark.ts'
import { SmallestMap } from '#shared/facts/smallest-map.ts'
import type { Deed } from '#shared/messages/deed.ts'
import type { DeedFact } from '#shared/messages/session-facts.ts'
import type { Use } from '#shared/messages/use.ts'
import type { Session } from './cred.ts'
import type { RichSession } from './rich.ts'

/** Records of one rare class that a session keeps for each deed kind, hour or settled target (SEMANTICS C3). */
export const perKind = 256
const hoursMax = 64
const settledMax = 256

export function richOf(session: Session): RichSession {
  session.rich ??= {
    deeds: new Map(),
    denied: new SmallestMap(hoursMax),
    harvest: new SmallestMap(hoursMax),
    settled: new SmallestMap(settledMax),
    denials: 0,
    names: 0,
    mcp: new EarliestList(perKind),
  }
  return session.rich
}

export function addDeed(
  session: Session,
  key: string,
  use: Mark & Pick<Use, 'service' | 'action'>,
  deed: Deed,
): boolean {
  const { deeds } = richOf(session)
  let list = deeds.get(deed.deed)
  if (!list) deeds.set(deed.deed, (list = new EarliestList(perKind, compareDeeds)))
  const made = deed.key
  return list.add({
    ...deed,
    at: use.at,
    id: use.id,
    key,
    ...(made !== undefined && { made }),
    service: use.service,
    action: use.action,
  })
}

/** One record may hold several deeds of one kind: the target tells them apart. */
export const compareDeeds = (a: DeedFact, b: DeedFact): number =>
  compareMarks(a, b) || (a.target < b.target ? -1 : a.target > b.target ? 1 : 0)
