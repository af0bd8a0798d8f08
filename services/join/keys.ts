import type { CredentialIssued, ToolCalled } from '#shared/messages/activity.ts'
import type { KeyClaim, KeyReports, Lease } from '#shared/messages/hops.ts'
import { compareMarks } from '#shared/facts/mark.ts'
import { strings, withItem, type SetRule } from '#shared/facts/small-set.ts'

/** What meets under `key:<id>`: reports that name the key, and the principals that were seen with it. */
export type KeyEntry = {
  /** The register that the askers get: never changed, only replaced. */
  reports: KeyReports
  /** Most keys have one, who needs no list. */
  askers: string | readonly string[]
}

const none: readonly never[] = []
const noReports: KeyReports = { leases: none, claims: none }
export const emptyKey = (): KeyEntry => ({ reports: noReports, askers: none })

/** Tasks and principals that one key may meet; honest keys have one or two. */
const perKey = 16

/** A repeated report keeps the earliest mark and the earliest door stamp (SEMANTICS B4). */
const earlier = <T extends { at: number; id: string; received: number }>(a: T, b: T): T => {
  const received = !a.received || !b.received ? 0 : Math.min(a.received, b.received)
  const first = compareMarks(a, b) <= 0 ? a : b
  return first.received === received ? first : { ...first, received }
}

const leases: SetRule<Lease> = {
  identity: (l) => `${l.task}|${l.agent}|${l.issuer}|${l.source}|${l.delegatedFrom}`,
  // Two versions of one report may differ in the end: the later one is kept, whichever came first.
  merge: (a, b) => {
    const merged = earlier(a, b)
    if (compareMarks(a, b) !== 0) return merged
    const expires = Math.max(a.expires, b.expires)
    return merged.expires === expires ? merged : { ...merged, expires }
  },
  limit: perKey,
}
const claims: SetRule<KeyClaim> = {
  identity: (c) => `${c.task}|${c.agent}|${c.source}`,
  merge: earlier,
  limit: perKey,
}
const askers = strings(perKey)

export function addLease(entry: KeyEntry, issued: CredentialIssued): boolean {
  return change(entry, 'leases', withItem(entry.reports.leases, leaseOf(issued), leases))
}

function leaseOf(issued: CredentialIssued): Lease {
  return {
    at: issued.time,
    id: issued.id,
    task: issued.task,
    agent: issued.agent ?? '',
    issuer: issued.issuer ?? '',
    source: issued.source ?? '',
    received: issued.received ?? 0,
    delegatedFrom: issued.delegatedFrom ?? '',
    expires: issued.expires ?? 0,
  }
}

export function addClaim(entry: KeyEntry, call: ToolCalled): boolean {
  const claim = {
    at: call.time,
    id: call.id,
    task: call.task,
    agent: call.agent ?? '',
    source: call.source ?? '',
    received: call.received ?? 0,
  }
  return change(entry, 'claims', withItem(entry.reports.claims, claim, claims))
}

export const askersOf = ({ askers: those }: KeyEntry): readonly string[] =>
  typeof those === 'string' ? [those] : those

export function addAsker(entry: KeyEntry, principal: string): boolean {
  const before = askersOf(entry)
  const after = withItem(before, principal, askers)
  if (after === before) return false
  const [only = ''] = after
  entry.askers = after.length === 1 ? only : after
  return true
}

/** There is an entry for nearly every key, so its lists are replaced, never grown. */
function change<Part extends keyof KeyReports>(
  entry: KeyEntry,
  part: Part,
  list: KeyReports[Part],
): boolean {
  if (entry.reports[part] === list) return false
  entry.reports = { ...entry.reports, [part]: list }
  return true
}
