import type { Destination } from '#shared/config/destinations.ts'
import type { EventKind } from '#shared/messages/desk.ts'

/** One event on its way to one destination. (id, to) is its name: the same on every attempt, and after every restart. */
export type Delivery = {
  /** Id of the event, `HANDLE.REVISION`: receivers know repeats by it. */
  readonly id: string
  /** Name of a configured destination. */
  readonly to: string
  /** Handle of the incident. Deliveries of one incident to one destination go in the order in which they were added. */
  readonly incident: string
  readonly event: EventKind
  /** What is sent, without any secret. */
  readonly body: string
  /** When it was added, epoch ms. */
  readonly since: number
  /** Attempts that failed. */
  readonly attempts: number
  /** Not before this time, epoch ms. */
  readonly due: number
}

export type NewDelivery = Omit<Delivery, 'since' | 'attempts' | 'due'>

/** What was given up, and why. */
export type DeadDelivery = Delivery & { readonly why: string; readonly died: number }

/** What is known of a destination beside the process that sends: enough to write what shall be sent, nothing secret. */
export type Lane = Pick<Destination, 'name' | 'kind' | 'severity'>

export type LaneCount = {
  readonly to: string
  readonly waiting: number
  readonly delivered: number
  readonly dead: number
  /** Since when the oldest waits; absent if none does. */
  readonly oldest?: number
}

/**
 * Deliveries that must be made at least once. What is added is durable together with the decision that it tells of: the adder
 * opens the transaction (see Desk.together). Fails with Transient where the store cannot be read or written now.
 */
export type Outbox = {
  /** Puts the destinations of the process that sends in the place of those before. */
  open(lanes: readonly Lane[]): void
  /** Where something may be sent, by name; none before the first `open`. */
  lanes(): readonly Lane[]
  /** Adds what is not there yet by (id, to); what a destination has no room for is dead at once, and counted. */
  add(deliveries: readonly NewDelivery[], at: number): void
  /** For one destination the oldest delivery of each incident, if it is due; the longest due first, at most `limit`. */
  due(to: string, now: number, limit: number): readonly Delivery[]
  /** When the next delivery of a destination is due; undefined if none waits. */
  nextDue(to: string): number | undefined
  delivered(delivery: Pick<Delivery, 'id' | 'to'>, at: number): void
  /** An attempt failed; the next one is at `due`. */
  failed(delivery: Pick<Delivery, 'id' | 'to'>, why: string, due: number): void
  /** Given up: what waits behind it goes on. */
  dead(delivery: Pick<Delivery, 'id' | 'to'>, why: string, at: number): void
  /** Gives up what waits for a destination that is not among these; gives how many. */
  abandon(known: readonly string[], why: string, at: number): number
  /** Every destination of which something is kept, by name; never reads what is sent. */
  counts(): readonly LaneCount[]
  /** The dead ones, the latest first, at most `limit`. */
  deadOnes(limit: number): readonly DeadDelivery[]
  /** Lets a dead one wait again, as if it were new; false if there is none. */
  revive(delivery: Pick<Delivery, 'id' | 'to'>, at: number): boolean
  /** Forgets what was delivered or died before a time; gives how many. */
  forget(before: number): number
}

/** Deliveries that may wait for one destination. */
export const waitingMax = 100_000
