import { assume } from '#shared/errors.ts'
import { emptyHead, linkTo, type Link } from '#shared/facts/chain.ts'
import type { Control, Head, Order, Plan } from '#shared/messages/containment.ts'
import {
  freshControl,
  ordersMax,
  unaudited,
  type ContainmentChange,
  type ContainmentStore,
  type OrderFilter,
} from '#shared/ports/containment.ts'
import { tallied } from './tallied.ts'

type Tables = {
  orders: Map<string, Order>
  plans: Map<string, Plan>
  links: readonly Link[]
  head: Head
  control: Control
}

/** Plans, orders and audit in memory. */
export function memoryContainment(): ContainmentStore {
  let now = empty()
  const together = <T>(work: () => T): T => {
    const before: Tables = {
      ...now,
      orders: new Map(now.orders),
      plans: new Map(now.plans),
    }
    try {
      return work()
    } catch (cause) {
      now = before
      throw cause
    }
  }
  return {
    together,
    order: (key) => now.orders.get(key),
    orders: (filter) => found(now, filter),
    counts: () => tallied([...now.orders.values()], ({ state }) => state),
    sentSince(at) {
      const sent = [...now.orders.values()].filter(({ sentAt }) => sentAt > 0 && sentAt >= at)
      return { automatic: sent.filter(({ by }) => by === 'keytrail').length, all: sent.length }
    },
    plan: (incident) => now.plans.get(incident),
    plans: (limit) => [...now.plans.values()].toSorted((a, b) => b.at - a.at).slice(0, limit),
    control: () => now.control,
    write: (change) =>
      together(() => {
        put(now, change)
        return now.head
      }),
    links: () => now.links,
    head: () => now.head,
  }
}

const empty = (): Tables => ({
  orders: new Map(),
  plans: new Map(),
  links: [],
  head: emptyHead,
  control: freshControl,
})

const found = ({ orders }: Tables, { states, unit, incident }: OrderFilter): Order[] =>
  [...orders.values()]
    .filter(
      (order) =>
        (states?.includes(order.state) ?? true) &&
        (unit === undefined || order.unit === unit) &&
        (incident === undefined || order.incidents.includes(incident)),
    )
    .toSorted((a, b) => (a.unit < b.unit ? -1 : a.unit > b.unit ? 1 : a.episode - b.episode))
    .slice(0, ordersMax)

function put(now: Tables, change: ContainmentChange): void {
  const { orders = [], plans = [], gone = [], audit = [] } = change
  const bare = unaudited(orders, audit, (key) => now.orders.get(key)?.state)
  assume(bare === '', bare)
  for (const order of orders) now.orders.set(order.key, order)
  for (const plan of plans) now.plans.set(plan.incident, plan)
  for (const incident of gone) now.plans.delete(incident)
  if (change.control) now.control = change.control
  for (const draft of audit) {
    const link = linkTo(now.head, draft)
    now.links = [...now.links, link]
    now.head = { seq: link.seq, hash: link.hash }
  }
}
