import type { Delivery } from './outbox.ts'

/** What became of one attempt. Words name hosts and statuses, never an address with its secrets or what was sent. */
export type Sent =
  | { readonly as: 'delivered' }
  /** It may be taken later; `afterMs` if the receiver said when. */
  | { readonly as: 'later'; readonly why: string; readonly afterMs?: number }
  /** It will never be taken as it is. */
  | { readonly as: 'refused'; readonly why: string }

/** One destination. It may get a delivery again whose answer was lost, and sends it with the same id. */
export type Sender = {
  /** How many it takes at a time, each of another incident. */
  readonly width: number
  /** Bounded in time; never rejects, but by a Bug. */
  send(delivery: Delivery): Promise<Sent>
  /** Gives up what it holds open; called once, when nothing is sent any more. */
  close?(): Promise<void>
}
