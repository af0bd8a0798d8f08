import type { Link } from '#shared/facts/chain.ts'
import type {
  AuditDraft,
  Control,
  Head,
  Order,
  OrderState,
  Plan,
} from '#shared/messages/containment.ts'

export type OrderFilter = {
  readonly states?: readonly OrderState[]
  readonly unit?: string
  /** Handle of an incident that wants it. */
  readonly incident?: string
}

/** Rows as they shall stand; entries are appended to the audit in their order. */
export type ContainmentChange = {
  readonly orders?: readonly Order[]
  readonly plans?: readonly Plan[]
  /** Incidents whose plan goes. */
  readonly gone?: readonly string[]
  readonly control?: Control
  readonly audit?: readonly AuditDraft[]
}

/**
 * Plans, orders and the audit, which are one: a change of an order's state is stored in the transaction of its audit entry,
 * or not at all. Fails with Transient where the store cannot be read or written now.
 */
export type ContainmentStore = {
  /** All that is read and written inside is one transaction, also with other ports of the same store. */
  together<T>(work: () => T): T
  order(key: string): Order | undefined
  /** Orders by (unit, episode), at most `ordersMax`. */
  orders(filter: OrderFilter): readonly Order[]
  /** How many orders there are in each state; never reads them all. */
  counts(): ReadonlyMap<OrderState, number>
  /** How many orders were sent at or after a time, by a machine (`keytrail`) and in all. */
  sentSince(at: number): { readonly automatic: number; readonly all: number }
  plan(incident: string): Plan | undefined
  /** By time, the latest first. */
  plans(limit: number): readonly Plan[]
  control(): Control
  /**
   * @returns the end of the audit after it
   * @throws Bug if an order's state changes without an audit entry that says so; nothing was written
   */
  write(change: ContainmentChange): Head
  /** The audit from its first link. Nothing may be written until it has come to its end. */
  links(): Iterable<Link>
  /** The end of the audit as it was noted beside it. */
  head(): Head
}

/** More orders than one look can need; what is beyond is not seen by it. */
export const ordersMax = 10_000

export const freshControl: Control = { stopped: null, breaker: null, since: 0 }

/** The order whose state would change without an audit entry that says so; '' if there is none. */
export function unaudited(
  orders: readonly Order[],
  audit: readonly AuditDraft[],
  before: (key: string) => OrderState | undefined,
): string {
  const bare = orders.find(
    ({ key, state }) =>
      before(key) !== state && !audit.some(({ order, to }) => order === key && to === state),
  )
  return bare ? `${bare.key} becomes ${bare.state} with an audit entry` : ''
}
