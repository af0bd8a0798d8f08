/** A batch as it was logged. */
export type Logged = {
  /** Its place in the log: whole numbers from 1 on, each given once. */
  readonly position: number
  /** When it was logged by the clock of the loop, epoch ms: the logged tick (SEMANTICS E4). */
  readonly at: number
  readonly body: Uint8Array
}

/** Where sources go on after a restart, by source. */
export type Bookmarks = Readonly<Record<string, string>>

/** Bookmarks as their sources look through them, with no records. */
export type BookmarkKeeping = {
  /** Those of sources whose name begins so, behind `after` ('' from the first on), by name; at most `limit`. */
  bookmarks(
    prefix: string,
    after: string,
    limit: number,
  ): readonly { readonly source: string; readonly mark: string }[]
  /** Puts others in their place, null: none. @throws Transient if the store cannot be written now; nothing was changed */
  remark(changes: Readonly<Record<string, string | null>>): void
}

/**
 * The log of batches, which is the truth: everything else can be made again from it. One writer. What is in a body only the loop
 * knows.
 */
export type Journal = BookmarkKeeping & {
  /**
   * Logs one batch, and the bookmarks of the sources that it is from; durable when this returns.
   * @returns its position, one more than that of the batch before
   * @throws Transient if the store cannot be written now; nothing was logged
   */
  append(body: Uint8Array, at: number, bookmarks?: Bookmarks): number
  /** The batches behind a position, in order, with those that are logged while it is read. */
  read(after: number): Iterable<Logged>
  /** One batch; undefined if it was forgotten, or never logged. */
  batch(position: number): Logged | undefined
  /** The position of the last batch that was ever logged; 0 if none was. */
  head(): number
  /** The position of the first batch that is still there; one behind the head if none is. */
  first(): number
  /** The last bookmark that was logged for a source. */
  bookmark(source: string): string | undefined
  /**
   * Forgets the batches logged before a time, from the first one on without a gap, but none behind `through`.
   * @returns how many
   */
  forget(before: number, through: number): number
}
