/** A source that pushes: who it is, for whom it may speak, and how much it may send. Its token is known only as a hash. */
export type SourceRow = {
  readonly name: string
  /** Agents for which it may speak; `*` is every agent. */
  readonly agents: readonly string[]
  /** SHA-256 of its tokens, hex: the present one, then one that is being replaced, if any. */
  readonly hashes: readonly string[]
  /** When the present token was made, epoch ms. */
  readonly created: number
  /** Items a second; absent: the common limit. */
  readonly rate?: number
  /** Seconds without a request after which it counts as silent; absent: it may be silent for ever. */
  readonly silence?: number
}

/** Where sources and the hashes of their tokens are kept. Another process may change them while this one serves. */
export type SourceStore = {
  /** All of them by name, as they are now; the same list again as long as nothing has changed. */
  readonly all: () => readonly SourceRow[]
  /** Adds or replaces by name. */
  readonly put: (row: SourceRow) => void
  /** Whether there was one of that name. */
  readonly remove: (name: string) => boolean
}
