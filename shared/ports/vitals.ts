/** What the loop and its neighbours tell of themselves, read whenever somebody asks. What is absent is not known, and not shown. */
export type Vitals = {
  /** Why no work can be done at the moment, in our own words; undefined if it can. */
  readonly notReady?: string
  readonly loop?: {
    /** Last batch that was logged and judged, and the last whose effects are committed. */
    readonly position: number
    readonly emittedThrough: number
    /** Records that wait for the log. */
    readonly waiting: number
    /** Offers that were told to come back, since the start. */
    readonly refused: number
  }
  /** Up to when each account (or `account/region`) is known to be complete, epoch ms. */
  readonly frontiers?: ReadonlyMap<string, number>
  readonly deadLetters?: Counts
  /** Uses by the rank of their credential's holder: rank → uses, at each level. */
  readonly attribution?: { readonly agent: Shares; readonly task: Shares }
  /** Standing findings by detection. */
  readonly findings?: Counts
  /** Incidents by the state that people gave them. */
  readonly incidents?: Counts
  /** Deliveries by destination. */
  readonly deliveries?: readonly {
    readonly to: string
    readonly waiting: number
    readonly dead: number
  }[]
  /** Seconds from the incident to the verified cut, of the latest cuts; what is summed does not fall. */
  readonly containment?: Spread
}

/** Rank → uses. */
type Shares = Readonly<Record<string, number>>

type Counts = readonly { readonly reason: string; readonly count: number }[]

/** A distribution, as a Prometheus histogram has it: how many were at most so long. */
type Spread = {
  readonly atMost: ReadonlyMap<number, number>
  readonly sum: number
  readonly count: number
}
