import type { IdentityKind, IssueCopy } from '#shared/messages/use.ts'
import type { Inherit, KeyReports } from '#shared/messages/hops.ts'
import { inCred, nothing, inSession, type CredTable } from './cred-table.ts'
import type { RichCred, RichSession, Told } from './rich.ts'

/** Bits of a credential's tally, above the two counters of eight bits. */
const [movedBit, crowdedBit, mixedBit] = [1 << 16, 1 << 17, 1 << 18]

/** Bits of a session's traits, above its kind of identity. */
const [consoleBit, hiddenBit, queuedBit, staleBit] = [1 << 8, 1 << 9, 1 << 10, 1 << 11]
const kindMask = 0xff

const kinds: readonly IdentityKind[] = [
  'user',
  'role',
  'root',
  'federated',
  'service',
  'idp',
  'account',
  'unknown',
]

/**
 * One credential as one session shows it. Facts about it only ever grow. This is a look at a row of the table: two looks at one
 * credential are two objects, and `index` tells whether they are.
 */
export class Cred {
  /** Its number: owner of rows in `seen` and `requests`. */
  readonly index: number
  private readonly table: CredTable

  constructor(table: CredTable, index: number) {
    this.table = table
    this.index = index
  }

  isIn(table: CredTable): boolean {
    return this.table === table
  }
  get key(): string {
    return this.table.keyOf(this.index)
  }
  get session(): Session {
    return new Session(this.table, this.word(inCred.session))
  }
  get uses(): number {
    return this.word(inCred.uses)
  }
  set uses(count: number) {
    this.put(inCred.uses, count)
  }
  /** Chains of rows of `seen`: what it called, and from where; −1 without any. */
  get what(): number {
    return this.link(inCred.what)
  }
  set what(row: number) {
    this.put(inCred.what, row)
  }
  get where(): number {
    return this.link(inCred.where)
  }
  set where(row: number) {
    this.put(inCred.where, row)
  }
  /** How many rows these chains have, at most 255. */
  get whatCount(): number {
    return this.word(inCred.tally) & 0xff
  }
  set whatCount(count: number) {
    this.put(inCred.tally, (this.word(inCred.tally) & ~0xff) | count)
  }
  get whereCount(): number {
    return (this.word(inCred.tally) >>> 8) & 0xff
  }
  set whereCount(count: number) {
    this.put(inCred.tally, (this.word(inCred.tally) & ~0xff00) | (count << 8))
  }
  /** The row of `seen` with its first and latest direct use. */
  get ends(): number {
    return this.word(inCred.ends)
  }
  set ends(row: number) {
    this.put(inCred.ends, row)
  }
  /** The first pair of address and agent, as a number, −1 without any, and whether another was ever seen. */
  get place(): number {
    return this.link(inCred.place)
  }
  set place(pair: number) {
    this.put(inCred.place, pair)
  }
  get moved(): boolean {
    return this.has(movedBit)
  }
  set moved(is: boolean) {
    this.mark(movedBit, is)
  }
  /** Were there more places than are kept, and more programs than one? */
  get crowded(): boolean {
    return this.has(crowdedBit)
  }
  set crowded(is: boolean) {
    this.mark(crowdedBit, is)
  }
  get mixed(): boolean {
    return this.has(mixedBit)
  }
  set mixed(is: boolean) {
    this.mark(mixedBit, is)
  }
  /** The place of the last use, as a number: most uses of a key come from one place. −1 before the first. */
  get placeNow(): number {
    return this.link(inCred.placeNow)
  }
  set placeNow(pair: number) {
    this.put(inCred.placeNow, pair)
  }
  /** A use later than this must be judged at once: after expiry or after the end of a task. */
  get watchFrom(): number {
    return this.table.creds.time(this.index, inCred.watchFrom)
  }
  set watchFrom(at: number) {
    this.table.creds.setTime(this.index, inCred.watchFrom, at)
  }
  /** SourceIdentity and runtimes that its uses showed. */
  get sources(): readonly string[] {
    return this.table.texts.of(this.word(inCred.texts)).sources
  }
  get scopes(): readonly string[] {
    return this.table.texts.of(this.word(inCred.texts)).scopes
  }
  /** Adds such a text; true if that changes anything. */
  show(kind: 'sources' | 'scopes', text: string): boolean {
    const before = this.word(inCred.texts)
    const after = this.table.texts.with(before, kind, text)
    if (after !== before) this.put(inCred.texts, after)
    return after !== before
  }
  /** The issue record that made it, what its parents told, and what reports say of its key; looked up when they come. */
  get issue(): IssueCopy | undefined {
    return this.table.issues[this.index]
  }
  set issue(copy: IssueCopy | undefined) {
    this.table.issues[this.index] = copy
  }
  get inherits(): readonly Inherit[] | undefined {
    return this.table.inherits[this.index]
  }
  set inherits(list: readonly Inherit[] | undefined) {
    this.table.inherits[this.index] = list
  }
  get reports(): KeyReports | undefined {
    return this.table.reports[this.index]
  }
  set reports(reports: KeyReports | undefined) {
    this.table.reports[this.index] = reports
  }
  get rich(): RichCred | undefined {
    return this.table.rich.get(this.index)
  }
  set rich(rich: RichCred) {
    this.table.rich.set(this.index, rich)
  }

  private word(at: number): number {
    return this.table.creds.word(this.index, at)
  }
  private put(at: number, value: number): void {
    this.table.creds.setWord(this.index, at, value)
  }
  private link(at: number): number {
    const row = this.word(at)
    return row === nothing ? -1 : row
  }
  private has(bit: number): boolean {
    return (this.word(inCred.tally) & bit) !== 0
  }
  private mark(bit: number, is: boolean): void {
    const tally = this.word(inCred.tally)
    this.put(inCred.tally, is ? tally | bit : tally & ~bit)
  }
}

/** One session: what shows one principal and one creation date, or one long-lived key. A look at a row, as `Cred` is. */
export class Session {
  readonly index: number
  private readonly table: CredTable
  private name: string | undefined

  constructor(table: CredTable, index: number) {
    this.table = table
    this.index = index
  }

  get id(): string {
    return (this.name ??= this.created
      ? `${this.principal}@${new Date(this.created).toISOString()}`
      : `${this.principal}#${this.table.keyOf(this.word(inSession.first)) || '-'}`)
  }
  get principal(): string {
    return this.table.principals[this.index] ?? ''
  }
  get account(): string {
    return this.table.names.text(this.word(inSession.account))
  }
  get created(): number {
    return this.table.sessions.time(this.index, inSession.created)
  }
  get identity(): IdentityKind {
    return kinds[this.word(inSession.traits) & kindMask] ?? 'unknown'
  }
  set identity(kind: IdentityKind) {
    this.put(inSession.traits, (this.word(inSession.traits) & ~kindMask) | kinds.indexOf(kind))
  }
  get isAlone(): boolean {
    return !this.table.companions.has(this.index)
  }
  /** In the order in which they were seen. */
  get creds(): readonly Cred[] {
    const first = new Cred(this.table, this.word(inSession.first))
    const others = this.table.companions.get(this.index)
    return others ? [first, ...others.map((each) => new Cred(this.table, each))] : [first]
  }
  /** When the latest new place appeared: uses that only go on after it cannot change what places come to. */
  get arrived(): number {
    return this.table.sessions.time(this.index, inSession.arrived)
  }
  set arrived(at: number) {
    this.table.sessions.setTime(this.index, inSession.arrived, at)
  }
  get console(): boolean {
    return this.has(consoleBit)
  }
  set console(is: boolean) {
    this.mark(consoleBit, is)
  }
  get hiddenIssue(): boolean {
    return this.has(hiddenBit)
  }
  set hiddenIssue(is: boolean) {
    this.mark(hiddenBit, is)
  }
  get instance(): string {
    return this.table.names.text(this.word(inSession.instance))
  }
  set instance(name: string) {
    this.put(inSession.instance, this.table.names.number(name))
  }
  get queued(): boolean {
    return this.has(queuedBit)
  }
  set queued(is: boolean) {
    this.mark(queuedBit, is)
  }
  /** Did anything change that must be judged again? A mere new child only has to be told. */
  get stale(): boolean {
    return this.has(staleBit)
  }
  set stale(is: boolean) {
    this.mark(staleBit, is)
  }
  get rich(): RichSession | undefined {
    return this.table.richSessions.get(this.index)
  }
  set rich(rich: RichSession) {
    this.table.richSessions.set(this.index, rich)
  }
  /** What detect was last told; undefined until the session is of interest. */
  get told(): Told | undefined {
    return this.table.told.get(this.index)
  }
  set told(told: Told) {
    this.table.told.set(this.index, told)
  }
  /** Last messages by what they are about, so that only changes are sent again. */
  get said(): Map<string, string> | undefined {
    return this.table.said.get(this.index)
  }
  set said(said: Map<string, string>) {
    this.table.said.set(this.index, said)
  }

  private word(at: number): number {
    return this.table.sessions.word(this.index, at)
  }
  private put(at: number, value: number): void {
    this.table.sessions.setWord(this.index, at, value)
  }
  private has(bit: number): boolean {
    return (this.word(inSession.traits) & bit) !== 0
  }
  private mark(bit: number, is: boolean): void {
    const traits = this.word(inSession.traits)
    this.put(inSession.traits, is ? traits | bit : traits & ~bit)
  }
}
