/** What a snapshot is of. */
export type SnapshotOf = {
  /** The state after the unit at this position, of every hop. */
  readonly position: number
  /** Code and settings that made the state (SEMANTICS F5): only the same ones may go on from it. */
  readonly generation: string
}

export type Snapshot = SnapshotOf & {
  /** Its pieces in order. */
  read(): Iterable<Uint8Array>
}

/** A snapshot on its way into the store, piece by piece, so that units of work run between. */
export type Saving = {
  write(piece: Uint8Array): void
  /** Makes it the latest; before this it is none. */
  finish(): void
}

/** Where states are kept that spare reading the whole log. Losing them costs time only. */
export type Snapshots = {
  /** Begins a snapshot. Older ones than the latest, and what was left unfinished, go while it is written. */
  begin(of: SnapshotOf): Saving
  /** The latest finished one. */
  latest(): Snapshot | undefined
}
