import { RowView } from '#shared/facts/rows.ts'
import type { IdentityKind, IssueCopy } from '#shared/messages/use.ts'
import type { Inherit, KeyReports } from '#shared/messages/hops.ts'
import { inCred, nothing, inSession, type CredTable } from './cred-table.ts'
import type { RichCred, RichSession, Told } from './rich.ts'

/** Bits of a credential's tally, above the two counters of eight bits. */
const [movedBit, crowdedBit, mixedBit] = [1 << 16, 1 << 17, 1 << 18]

/** Bits of a session's traits, above its kind of identity. */
const [consoleBit, hiddenBit, queuedBit, staleBit] = [1 << 8, 1 << 9, 1 << 10, 1 << 11]
const [unsureBit, reheldBit] = [1 << 12, 1 << 13]
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
 * One credential as one session shows it. Facts about it only ever grow. Its `index` is the owner of rows in `seen` and
 * `requests`.
 */
export class Cred extends RowView {
  private readonly table: CredTable

  constructor(table: CredTable, index: number) {
    super(table.creds, index)
    this.table = table
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
    this.setWord(inCred.uses, count)
  }
  /** Chains of rows of `seen`: what it called, and from where; −1 without any. */
  get what(): number {
    return this.link(inCred.what)
  }
  set what(row: number) {
    this.setWord(inCred.what, row)
  }
  get where(): number {
    return this.link(inCred.where)
  }
  set where(row: number) {
    this.setWord(inCred.where, row)
  }
  /** How many rows these chains have, at most 255. */
  get whatCount(): number {
    return this.word(inCred.tally) & 0xff
  }
  set whatCount(count: number) {
    this.setWord(inCred.tally, (this.word(inCred.tally) & ~0xff) | count)
  }
  get whereCount(): number {
    return (this.word(inCred.tally) >>> 8) & 0xff
  }
  set whereCount(count: number) {
    this.setWord(inCred.tally, (this.word(inCred.tally) & ~0xff00) | (count << 8))
  }
  /** The row of `seen` with its first and latest direct use. */
  get ends(): number {
    return this.word(inCred.ends)
  }
  set ends(row: number) {
    this.setWord(inCred.ends, row)
  }
  /** The first pair of address and agent, as a number, −1 without any, and whether another was ever seen. */
  get place(): number {
    return this.link(inCred.place)
  }
  set place(pair: number) {
    this.setWord(inCred.place, pair)
  }
  get moved(): boolean {
    return this.hasBit(inCred.tally, movedBit)
  }
  set moved(is: boolean) {
    this.setBit(inCred.tally, movedBit, is)
  }
  /** Were there more places than are kept, and more programs than one? */
  get crowded(): boolean {
    return this.hasBit(inCred.tally, crowdedBit)
  }
  set crowded(is: boolean) {
    this.setBit(inCred.tally, crowdedBit, is)
  }
  get mixed(): boolean {
    return this.hasBit(inCred.tally, mixedBit)
  }
  set mixed(is: boolean) {
    this.setBit(inCred.tally, mixedBit, is)
  }
  /** The place of the last use, as a number: most uses of a key come from one place. −1 before the first. */
  get placeNow(): number {
    return this.link(inCred.placeNow)
  }
  set placeNow(pair: number) {
    this.setWord(inCred.placeNow, pair)
  }
  /** A use later than this must be judged at once: after expiry or after the end of a task. */
  get watchFrom(): number {
    return this.time(inCred.watchFrom)
  }
  set watchFrom(at: number) {
    this.setTime(inCred.watchFrom, at)
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
    if (after !== before) this.setWord(inCred.texts, after)
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
    return this.table.reports.get(this.word(inCred.reports))
  }
  set reports(reports: KeyReports) {
    const n = this.table.reports.put(reports, this.word(inCred.reports))
    this.setWord(inCred.reports, n)
  }
  get rich(): RichCred | undefined {
    return this.table.rich.get(this.index)
  }
  set rich(rich: RichCred) {
    this.table.rich.set(this.index, rich)
  }

  private link(at: number): number {
    const row = this.word(at)
    return row === nothing ? -1 : row
  }
}

/** One session: what shows one principal and one creation date, or one long-lived key. A look at a row, as `Cred` is. */
export class Session extends RowView {
  private readonly table: CredTable
  private name: string | undefined

  constructor(table: CredTable, index: number) {
    super(table.sessions, index)
    this.table = table
  }

  get id(): string {
    return (this.name ??= this.created
      ? `${this.principal}@${new Date(this.created).toISOString()}`
      : `${this.principal}#${this.table.keyOf(this.word(inSession.first)) || '-'}`)
  }
  get principal(): string {
    return this.table.principals.text(this.index)
  }
  /** Is it one of this principal? Faster than to compare the names. */
  isOf(principal: string): boolean {
    return this.table.principals.is(this.index, principal)
  }
  get account(): string {
    return this.table.names.text(this.word(inSession.account))
  }
  get created(): number {
    return this.time(inSession.created)
  }
  get identity(): IdentityKind {
    return kinds[this.word(inSession.traits) & kindMask] ?? 'unknown'
  }
  set identity(kind: IdentityKind) {
    this.setWord(inSession.traits, (this.word(inSession.traits) & ~kindMask) | kinds.indexOf(kind))
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
    return this.time(inSession.arrived)
  }
  set arrived(at: number) {
    this.setTime(inSession.arrived, at)
  }
  get console(): boolean {
    return this.hasBit(inSession.traits, consoleBit)
  }
  set console(is: boolean) {
    this.setBit(inSession.traits, consoleBit, is)
  }
  get hiddenIssue(): boolean {
    return this.hasBit(inSession.traits, hiddenBit)
  }
  set hiddenIssue(is: boolean) {
    this.setBit(inSession.traits, hiddenBit, is)
  }
  get instance(): string {
    return this.table.names.text(this.word(inSession.instance))
  }
  set instance(name: string) {
    this.setWord(inSession.instance, this.table.names.number(name))
  }
  get queued(): boolean {
    return this.hasBit(inSession.traits, queuedBit)
  }
  set queued(is: boolean) {
    this.setBit(inSession.traits, queuedBit, is)
  }
  /** Did anything change that must be judged again? A mere new child only has to be told. */
  get stale(): boolean {
    return this.hasBit(inSession.traits, staleBit)
  }
  set stale(is: boolean) {
    this.setBit(inSession.traits, staleBit, is)
  }
  /** Did anything change that tells who holds it, or when that ends? Else only what it did is new. */
  get unsure(): boolean {
    return this.hasBit(inSession.traits, unsureBit)
  }
  set unsure(is: boolean) {
    this.setBit(inSession.traits, unsureBit, is)
  }
  /** Did anything change that tells who holds it? Else its children have nothing new to hear. */
  get reheld(): boolean {
    return this.hasBit(inSession.traits, reheldBit)
  }
  set reheld(is: boolean) {
    this.setBit(inSession.traits, reheldBit, is)
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
}
