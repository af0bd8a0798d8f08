import type { CredentialIssued, ToolCalled } from '#shared/messages/activity.ts'
import type { Exposure } from '#shared/messages/exposure.ts'
import type { KeyClaim, KeyReports, Lease } from '#shared/messages/hops.ts'
import { compareMarks } from '#shared/facts/mark.ts'
import { KeyTable, keyWords } from '#shared/facts/key-table.ts'
import { ReportRows } from '#shared/facts/report-rows.ts'
import { strings, withItem, type SetRule } from '#shared/facts/small-set.ts'
import { TextList } from '#shared/facts/text-list.ts'

/** Words of a key's row: its only asker, by number plus one, and what reports say of it, by number; 0 for none. */
const askerAt = keyWords
const reportsAt = keyWords + 1

const none: readonly never[] = []
export const noReports: KeyReports = { leases: none, claims: none, exposures: none }

/** What meets under every `key:<id>`: reports that name the key, and the principals that were seen with it. */
export class Keys {
  private readonly table = new KeyTable(2)
  private readonly askers = new TextList()
  private readonly reports = new ReportRows()
  /** By row, where there is more than one: of most keys there is not. */
  private readonly crowds = new Map<number, readonly string[]>()
  /** By key, until the next flush: who was told what reports say, and is beyond the bound now. */
  private readonly pushedOut = new Map<string, readonly string[]>()

  addLease(key: string, issued: CredentialIssued): boolean {
    return this.change(key, 'leases', (list) => withItem(list, leaseOf(issued), leases))
  }

  addClaim(key: string, call: ToolCalled): boolean {
    return this.change(key, 'claims', (list) => withItem(list, claimOf(call), claims))
  }

  addExposure(key: string, exposure: Exposure): boolean {
    return this.change(key, 'exposures', (list) => withItem(list, exposure, exposures))
  }

  addAsker(key: string, principal: string): boolean {
    const { rows } = this.table
    const row = this.table.row(key)
    const only = rows.word(row, askerAt)
    if (only === 0) {
      rows.setWord(row, askerAt, this.askers.add(principal) + 1)
      return true
    }
    if (!this.crowds.has(row) && this.askers.is(only - 1, principal)) return false
    const before = this.askersOf(row)
    const after = withItem(before, principal, perKeyTexts)
    if (after === before) return false
    this.crowds.set(row, after)
    const gone = before.filter((each) => !after.includes(each))
    if (gone.length > 0) this.pushedOut.set(key, [...(this.pushedOut.get(key) ?? []), ...gone])
    return true
  }

  /** What reports say of a key, and who is to hear it. */
  known(key: string): { readonly reports: KeyReports; readonly askers: readonly string[] } {
    const row = this.table.find(key)
    if (row < 0) return { reports: noReports, askers: none }
    return { reports: this.reportsOf(row), askers: this.askersOf(row) }
  }

  /** Who must be told that reports say nothing to him: what is kept must not depend on who came first. Once. */
  takeBack(key: string): readonly string[] {
    const gone = this.pushedOut.get(key) ?? none
    this.pushedOut.delete(key)
    return gone
  }

  /** Does any report name it? */
  isReported(key: string): boolean {
    const row = this.table.find(key)
    return row >= 0 && this.table.rows.word(row, reportsAt) !== 0
  }

  private askersOf(row: number): readonly string[] {
    const only = this.table.rows.word(row, askerAt)
    return this.crowds.get(row) ?? (only === 0 ? none : [this.askers.text(only - 1)])
  }

  private reportsOf(row: number): KeyReports {
    return this.reports.get(this.table.rows.word(row, reportsAt)) ?? noReports
  }

  private change<Part extends keyof KeyReports>(
    key: string,
    part: Part,
    longer: (list: KeyReports[Part]) => KeyReports[Part],
  ): boolean {
    const { rows } = this.table
    const row = this.table.row(key)
    const before = this.reportsOf(row)
    const list = longer(before[part])
    if (list === before[part]) return false
    const after = { ...before, [part]: list }
    rows.setWord(row, reportsAt, this.reports.put(after, rows.word(row, reportsAt)))
    return true
  }
}

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
const exposures: SetRule<Exposure> = {
  identity: ({ id }) => id,
  merge: (a, b) => (compareMarks(a, b) <= 0 ? a : b),
  limit: perKey,
}
const perKeyTexts = strings(perKey)

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

function claimOf(call: ToolCalled): KeyClaim {
  return {
    at: call.time,
    id: call.id,
    task: call.task,
    agent: call.agent ?? '',
    source: call.source ?? '',
    received: call.received ?? 0,
  }
}
