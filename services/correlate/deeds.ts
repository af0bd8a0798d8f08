import { EarliestList } from '#shared/facts/earliest-list.ts'
import { compareMarks, type Mark } from '#shared/facts/mark.ts'
import { SmallestMap } from '#shared/facts/smallest-map.ts'
import type { Deed } from '#shared/messages/deed.ts'
import type { KeyReports } from '#shared/messages/hops.ts'
import type { DeedFact } from '#shared/messages/session-facts.ts'
import type { Use } from '#shared/messages/use.ts'
import type { Cred, Session } from './cred.ts'
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

/** What reports say of a key. That AWS found it in public is a fact about whoever uses it: nobody did that with any key. */
export function hearReports(cred: Cred, reports: KeyReports): void {
  cred.reports = reports
  const { session, key } = cred
  const { principal, account } = session
  for (const { at, id, code } of reports.exposures) {
    const use = { at, id, service: 'health', action: code }
    const target = principal.slice(account.length + 1)
    addDeed(session, '', use, { ...exposed, target, account, key })
  }
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
} as const satisfies Partial<Deed>

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
