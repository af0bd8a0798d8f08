import type { Progress } from '#shared/messages/activity.ts'
import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import type { Normalised } from '#shared/messages/record.ts'

/** A record that normalise mapped, with its id. */
export type MappedRecord = Pick<Extract<Normalised, { as: 'mapped' }>, 'record' | 'activities'>

/** What one request, poll or file of a source brought. It is logged as a whole or not at all. */
export type Offer = {
  /** The source's name as the door knows it; never what the source says of itself. */
  readonly source: string
  /** When the door received it, epoch ms, by the door's clock. */
  readonly received: number
  readonly records: readonly MappedRecord[]
  /** Of what could not be understood: reasons and places. They are stored with the records. */
  readonly dead?: readonly DeadLetter[]
  /** What is complete once these records are in (SEMANTICS E1); it is logged behind them. */
  readonly progress?: readonly Progress[]
  /**
   * Where a source that reads goes on after a restart. Stored in the same transaction, so that nothing between is lost or
   * skipped; its form is the source's own.
   */
  readonly bookmark?: string
}

/**
 * `logged`: it survives a crash, and the sender may forget it. `busy`: nothing of it was taken, since too much waits; the
 * sender should try again after so many seconds (HTTP: 503 with Retry-After).
 */
export type Taken =
  | { readonly as: 'logged' }
  | { readonly as: 'busy'; readonly retryAfterSeconds: number }

/** Where every door hands over what came in: the bounded way into the durable loop. */
export type Intake = {
  /**
   * Resolves when the offer is durable in the log, or at once when there is no room for it. Offers of one source are logged
   * in the order in which they were made.
   * @throws Transient if the log cannot be written now. It may then be logged or not: the source offers it again, which
   * changes nothing if it was (facts are idempotent).
   */
  readonly offer: (offer: Offer) => Promise<Taken>
  /** The last bookmark that was logged for a source; undefined before the first. */
  readonly bookmark: (source: string) => string | undefined
}
