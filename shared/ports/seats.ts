/** The state of a place, `hop/partition`, after one unit of work. */
export type SavedSeat = {
  /** Code and settings that made it (SEMANTICS F5): only the same ones may go on from it. */
  readonly generation: string
  /** The last unit that is in it. */
  readonly unit: number
  /** Offset from which the log of the place must be read on. */
  readonly position: number
  readonly state: Uint8Array
}

/** Who has a place. The epoch grows with each owner: what an earlier one saves is refused. */
export type SeatLease = { readonly place: string; readonly epoch: number }

export type Asking = {
  /** How this process is called; another one has another name. */
  readonly holder: string
  /** Places that it can work at. Who asks for the same ones shares them with it. */
  readonly places: readonly string[]
  /** After so long without a word its places are free, by the clock of the store, ms. */
  readonly leaseMs: number
}

/** Seats that are shared by processes, with what is told between them. */
export type SharedSeats = Seats & {
  /** The last unit whose effects are committed. */
  readonly told: () => Promise<number>
  readonly close: () => Promise<void>
}

/** Who works where, and the states from which work goes on. Fails with Transient where the store gives no answer. */
export type Seats = {
  /**
   * Gives word, takes what is free up to a fair share of the holders that are heard of, and gives back what is above it.
   * @returns what it has now
   */
  readonly share: (asking: Asking) => Promise<readonly SeatLease[]>
  /** Gives everything back, so that nobody has to wait. */
  readonly leave: (holder: string) => Promise<void>
  /** What was last saved of a place. */
  readonly load: (place: string) => Promise<SavedSeat | undefined>
  /** Saves what is newer than what is there; false: somebody else has the place now, and nothing was saved. */
  readonly save: (lease: SeatLease, saved: SavedSeat) => Promise<boolean>
}
