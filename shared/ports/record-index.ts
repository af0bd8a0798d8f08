/** Which uses one logged batch has: enough to know in which batches to look for a record. */
export type BatchIds = {
  /** Event times of the earliest and the latest use, epoch ms. */
  readonly first: number
  readonly last: number
  /** `hash32` of every use's record id, in any order. */
  readonly ids: Uint32Array
}

/**
 * Where in the log a record is: the evidence of a finding is an id, and the log has it only as a part of some batch. It is noted
 * in the transaction in which the batch is logged. Fails with Transient where the store cannot be read or written now.
 */
export type RecordIndex = {
  /** All that is written inside is one transaction, with that of the log too. */
  together<T>(work: () => T): T
  note(position: number, batch: BatchIds): void
  /** Batches that have uses between two event times, the last logged first; at most `limit`. */
  between(
    from: number,
    to: number,
    limit: number,
  ): Iterable<{
    readonly position: number
    readonly ids: Uint32Array
  }>
  /** Forgets the batches before a position; gives how many. */
  forget(before: number): number
}
