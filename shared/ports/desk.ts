import type { Case, CaseKey, CaseState, DeskEvent } from '#shared/messages/desk.ts'

/** Which rows one commit can touch. */
export type DeskQuestion = {
  /** Findings that stand in the stories that were told. */
  readonly keys: readonly string[]
  /** Lease roots of those stories. */
  readonly roots: readonly string[]
  /** Cases in which something waits to be told, and that were last told at this time (epoch ms) or before. */
  readonly owedBefore: number
}

/** Rows as they are: of every handle that the question touches, the case and all its keys. */
export type DeskRows = {
  readonly cases: readonly Case[]
  readonly keys: readonly CaseKey[]
  /** The next number for `order` and `seq`; above all that were ever given. */
  readonly next: number
}

/** Rows to write: whole, by handle and by key; events are appended. */
export type DeskChange = {
  readonly cases: readonly Case[]
  readonly keys: readonly CaseKey[]
  readonly events: readonly DeskEvent[]
}

export type CaseFilter = {
  readonly states: readonly CaseState[]
  /** At most so many, those that changed last. */
  readonly limit: number
}

/**
 * Incidents as people work on them, kept beside what stands. Nothing is remembered between two transactions, so that the
 * command line may write beside a running `serve`. Fails with Transient where the store cannot be read or written now.
 */
export type Desk = {
  /** Reads, decides and writes as one: all of it or nothing, together with what other ports of the same store write inside. */
  together<T>(work: () => T): T
  rows(about: DeskQuestion): DeskRows
  write(change: DeskChange): void
  /** One case; undefined where no incident has this handle. */
  case(handle: string): Case | undefined
  /** Those in one of these states, the last changed first. */
  list(filter: CaseFilter): readonly Case[]
  /** How many there are in each state; never reads them all. */
  counts(): ReadonlyMap<CaseState, number>
  /** What happened to one incident, the latest `limit` events, oldest first. */
  history(handle: string, limit: number): readonly DeskEvent[]
  /** Deletes cases that do not stand and were closed before `before`, with their keys and events; at most `limit`. Gives how many. */
  prune(before: number, limit: number): number
}
