/** Length of the stretches of event time by which records are looked for, ms. */
export const stretchMs = 600_000

/** The stretch that an event time (epoch ms) lies in. */
export const stretchOf = (at: number): number => Math.floor(at / stretchMs)

/** Which uses one logged batch has: by stretch of event time a hash of 32 bits of each record id, in any order. */
export type BatchIds = ReadonlyMap<number, Uint32Array>

/**
 * Where in the log a record is: the evidence of a finding is an id, and the log has it only as a part of some batch. It is noted
 * in the transaction in which the batch is logged. Fails with Transient where the store cannot be read or written now.
 */
export type RecordIndex = {
  /** All that is written inside is one transaction, with that of the log too. */
  together<T>(work: () => T): T
  /** Once for each batch; within `together`. */
  note(position: number, ids: BatchIds): void
  /** Batches that have uses in a stretch, with these, the last logged first; at most `limit`. */
  within(
    stretch: number,
    limit: number,
  ): Iterable<{ readonly position: number; readonly ids: Uint32Array }>
  /** Forgets the batches before a position; gives how many stretches of batches. */
  forget(before: number): number
}
