import { hash32 } from '#shared/facts/hash.ts'
import { hashWords, KeyIds, rowWithKey } from '#shared/facts/key-ids.ts'
import { RowIndex, Rows } from '#shared/facts/rows.ts'
import { ReportRows } from '#shared/facts/report-rows.ts'
import { TextList } from '#shared/facts/text-list.ts'
import type { Inherit } from '#shared/messages/hops.ts'
import type { IssueCopy } from '#shared/messages/use.ts'
import type { RichCred, RichSession, Told } from './rich.ts'
import { TextSets } from './text-sets.ts'
import { Values } from '#shared/facts/values.ts'

/**
 * Words of a credential's row, 64 bytes, a cache line: what every use reads and writes. `watchFrom` is a 64-bit number over
 * words 12 and 13. `reports` is a number of `ReportRows`.
 */
export const inCred = {
  session: 0,
  uses: 1,
  what: 2,
  where: 3,
  ends: 4,
  place: 5,
  placeNow: 6,
  tally: 7,
  key: 8,
  watchFrom: 6,
  texts: 14,
  reports: 15,
} as const
const credWords = 16

/** Words of a session's row; its two times come first. */
export const inSession = { created: 0, arrived: 1, first: 4, account: 5, traits: 6, instance: 7 }
const sessionWords = 8

/** "No row", "no place" in a word. */
export const nothing = 0xffffffff

/**
 * Sessions and credentials of one partition as rows of numbers: a million of them are few objects to the garbage collector.
 * `Cred` and `Session` are how they are read and written. What only some have lies beside, by row.
 */
export class CredTable {
  readonly creds = new Rows(credWords)
  readonly sessions = new Rows(sessionWords)
  readonly keys = new KeyIds()
  /** By key id; where sessions share one, the first has it, and the others are its twins. */
  readonly byKey = new RowIndex()
  readonly twins = new Map<number, number[]>()
  readonly byName = new RowIndex()
  /** Credentials of a session beside its first. */
  readonly companions = new Map<number, number[]>()
  /** By session. */
  readonly principals = new TextList()
  readonly told = new Map<number, Told>()
  readonly said = new Map<number, Map<string, string>>()
  readonly richSessions = new Map<number, RichSession>()
  /** By credential. */
  readonly issues: (IssueCopy | undefined)[] = []
  readonly inherits: (readonly Inherit[] | undefined)[] = []
  readonly reports = new ReportRows()
  readonly rich = new Map<number, RichCred>()
  readonly texts = new TextSets()
  /** Account ids and instances by number. */
  readonly names = new Values()

  /** The first credential with this key id, which must have been noted; −1 if there is none. */
  withKey(): number {
    return rowWithKey(this.creds, inCred.key, this.byKey, this.keys)
  }

  /** Makes a row for the key id that was noted, of a session. */
  addCred(session: number, key: string): number {
    const first = key === '' ? -1 : this.withKey()
    const row = this.creds.add()
    const at = row * credWords
    const { words } = this.creds
    words.set(this.keys.words, at + inCred.key)
    words[at + inCred.session] = session
    for (const word of [inCred.what, inCred.where, inCred.place, inCred.placeNow])
      words[at + word] = nothing
    this.issues.push(undefined)
    this.inherits.push(undefined)
    if (key !== '' && first < 0)
      this.byKey.put(row, (each) => hashWords(this.creds.words, each * credWords + inCred.key))
    if (first >= 0) listIn(this.twins, first).push(row)
    this.join(session, row)
    return row
  }

  /** Row of a session by what names it: without a creation date it is one of its key id alone. −1 if there is none. */
  session(principal: string, created: number, key: string): number {
    let row = -1
    let slot = this.byName.slot(hashName(principal, created, key))
    for (; (row = this.byName.at(slot)) >= 0; slot = this.byName.next(slot)) {
      if (this.sessions.time(row, inSession.created) !== created) continue
      if (!this.principals.is(row, principal)) continue
      if (created !== 0 || this.firstKey(row) === key) return row
    }
    return -1
  }

  /** Makes a row for a session; `index` must follow once its first credential is there. */
  addSession(principal: string, created: number, account: string): number {
    const row = this.sessions.add()
    this.principals.add(principal)
    this.sessions.setTime(row, inSession.created, created)
    this.sessions.setTime(row, inSession.arrived, -Infinity)
    this.sessions.setWord(row, inSession.first, nothing)
    this.sessions.setWord(row, inSession.account, this.names.number(account))
    this.sessions.setWord(row, inSession.instance, this.names.number(''))
    return row
  }

  private join(session: number, cred: number): void {
    if (this.sessions.word(session, inSession.first) !== nothing) {
      listIn(this.companions, session).push(cred)
      return
    }
    this.sessions.setWord(session, inSession.first, cred)
    this.byName.put(session, (row) =>
      hashName(
        this.principals.text(row),
        this.sessions.time(row, inSession.created),
        this.firstKey(row),
      ),
    )
  }

  private firstKey(session: number): string {
    return this.keyOf(this.sessions.word(session, inSession.first))
  }

  keyOf(cred: number): string {
    return this.keys.text(this.creds.words, cred * credWords + inCred.key)
  }
}

const hashName = (principal: string, created: number, key: string): number =>
  (hash32(principal) ^
    Math.imul(created / 1000, 0x9e3779b1) ^
    (created === 0 ? hash32(key) : 0)) >>>
  0

function listIn(map: Map<number, number[]>, at: number): number[] {
  let list = map.get(at)
  if (!list) map.set(at, (list = []))
  return list
}
