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
  /** Up to when each account (or `account:region`) is known to be complete, epoch ms, and how far behind now that may be, ms. */
  readonly frontiers?: ReadonlyMap<string, { readonly upTo: number; readonly within: number }>
  /** Keys that more than half of the latest messages of a partition bear, as they are; share from 0 to 1. */
  readonly hotKeys?: readonly {
    readonly hop: string
    readonly partition: number
    readonly key: string
    readonly share: number
  }[]
  readonly deadLetters?: Counts
  /** Uses by the rank of their credential's holder: rank → uses, at each level. */
  readonly attribution?: { readonly agent: Shares; readonly task: Shares }
  /** Of each agent, the most in doubt first. */
  readonly agents?: readonly AgentVitals[]
  /** Standing findings by detection. */
  readonly findings?: Counts
  /** Incidents by the state that people gave them. */
  readonly incidents?: Counts
  /** Deliveries by destination. */
  readonly deliveries?: readonly DeliveryVitals[]
  readonly containment?: {
    /** Orders by where they stand. */
    readonly orders: Counts
    /** Seconds that each step took from the one before, since the start. */
    readonly steps: Readonly<Record<string, Spread>>
  }
}

export type AgentVitals = {
  readonly agent: string
  /** Uses of credentials that it holds or may hold, by rank. */
  readonly uses: { readonly agent: Shares; readonly task: Shares }
  /** Principals that it is registered on, and the first of those that were never seen to act for it. */
  readonly principals: number
  readonly unseen: readonly string[]
  /** The first of all of them. */
  readonly named: readonly string[]
  /** Request ids that were reported for it. */
  readonly requests: number
  /** Uses by long-lived keys that no one task holds, and the first of these keys. */
  readonly longLived: { readonly uses: number; readonly keys: readonly string[] }
  /** Sources that push, and may speak for it. */
  readonly sources: readonly string[]
}

export type DeliveryVitals = {
  readonly to: string
  readonly waiting: number
  /** Delivered and given up, as far as they are kept. */
  readonly delivered: number
  readonly dead: number
  /** Since when the oldest waits, epoch ms; absent if none does. */
  readonly oldest?: number
  /** Of the process that sends, since its start; absent if it sends to this one no more. */
  readonly sending?: {
    readonly attempts: Readonly<Record<string, number>>
    /** It failed so often that it is left alone for a while. */
    readonly resting: boolean
  }
}

/** Rank → uses. */
type Shares = Readonly<Record<string, number>>

type Counts = readonly { readonly reason: string; readonly count: number }[]

/** A distribution, as a Prometheus histogram has it: how many were at most so long. */
export type Spread = {
  readonly atMost: ReadonlyMap<number, number>
  readonly sum: number
  readonly count: number
}
