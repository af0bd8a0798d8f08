/** One page of an account's CloudTrail event history in one region. */
export type LookupQuery = {
  readonly region: string
  /** Whole seconds, epoch ms; both are part of the window. */
  readonly from: number
  readonly until: number
  /** Token of the page before, good only with the same window. */
  readonly next?: string
}

/** A record as JSON text, with its event id and when it happened, epoch ms. */
export type HistoryEvent = { readonly id: string; readonly at: number; readonly text: string }

export type LookupPage =
  /** Newest first; `next` is absent on the last page. */
  | {
      readonly as: 'page'
      readonly events: readonly HistoryEvent[]
      readonly next?: string
    }
  /** The account asks too often in this region, whoever it is: the same page may come later. */
  | { readonly as: 'throttled' }
  /** AWS does not take the token (any more): the window begins anew. */
  | { readonly as: 'token-refused' }

/**
 * CloudTrail LookupEvents: management events of the last 90 days, two calls a second for an account and region (CloudTrail
 * API Reference). Events of IAM and of other global services stand in us-east-1.
 */
export type EventHistory = {
  /** @throws Transient in words where there is no answer, or a refusal that a person must do something about */
  readonly page: (query: LookupQuery) => Promise<LookupPage>
}
