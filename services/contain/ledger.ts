import { canonicalise } from '#shared/facts/canonical.ts'
import type { AuditDraft, Order, Told } from '#shared/messages/containment.ts'
import type { Remedy } from '#shared/messages/desk.ts'
import type { ContainmentStore } from '#shared/ports/containment.ts'
import { lifecycle, type OrderEvent } from './lifecycle.ts'

/** Who does what nobody does. */
export const self = 'keytrail'

/** Where decisions are written, inside one transaction, at one time. */
export type Ledger = {
  readonly store: ContainmentStore
  readonly at: number
  /** People hear of it: in the same transaction. */
  readonly tell: (told: Told) => void
}

export type Reason = {
  readonly who: string
  readonly why: string
  /** What is needed to understand or undo it. */
  readonly detail?: unknown
  /** A word for people; nothing if they need not hear of it. */
  readonly says?: string
}

/** A new order, with its first audit entry. */
export function open(ledger: Ledger, order: Order, reason: Reason): Order {
  ledger.store.write({ orders: [order], audit: [entryOf(ledger, order, '', 'propose', reason)] })
  say(ledger, order, reason)
  return order
}

/** Moves an order by the lifecycle table; where the event leads nowhere, only what is patched changes. */
export function move(
  ledger: Ledger,
  order: Order,
  event: OrderEvent,
  reason: Reason,
  patch: Partial<Order> = {},
): Order {
  const to = lifecycle[order.state][event]
  if (to === order.state) return keep(ledger, order, patch)
  const next: Order = { ...order, ...patch, state: to, note: reason.why }
  ledger.store.write({ orders: [next], audit: [entryOf(ledger, next, order.state, event, reason)] })
  say(ledger, next, reason, event)
  return next
}

/** Notes what changes no state; nothing is written if nothing changes. */
export function keep(ledger: Ledger, order: Order, patch: Partial<Order>): Order {
  const next = { ...order, ...patch }
  if (canonicalise(next) === canonicalise(order)) return order
  ledger.store.write({ orders: [next] })
  return next
}

/** An audit entry that is about no order's state. */
export function note(
  { store, at }: Ledger,
  what: string,
  { who, why, detail }: Reason,
  about: { readonly order?: string; readonly incidents?: readonly string[] } = {},
): AuditDraft {
  const draft: AuditDraft = {
    at,
    who,
    what,
    order: about.order ?? '',
    incidents: about.incidents ?? [],
    from: '',
    to: '',
    why,
    detail: detail === undefined ? '' : canonicalise(detail),
  }
  store.write({ audit: [draft] })
  return draft
}

function entryOf(
  { at }: Ledger,
  order: Order,
  from: AuditDraft['from'],
  what: OrderEvent,
  { who, why, detail }: Reason,
): AuditDraft {
  return {
    at,
    who,
    what,
    order: order.key,
    incidents: order.incidents,
    from,
    to: order.state,
    why,
    detail: detail === undefined ? '' : canonicalise(detail),
  }
}

function say({ tell, at }: Ledger, order: Order, { says, who }: Reason, event?: OrderEvent): void {
  if (says === undefined) return
  const done = event && remedies[event]
  const remedy = done && { remedy: { command: order.key, ...done } }
  tell({ incidents: order.incidents, says, by: who, at, ...remedy })
}

/** Events by which something was done in the cloud, or was not although it was tried. What the cloud said yes to is not proven yet. */
const remedies: Partial<Record<OrderEvent, Omit<Remedy, 'command'>>> = {
  applied: { does: 'evict', outcome: 'pending' },
  refused: { does: 'evict', outcome: 'failure' },
  denied: { does: 'evict', outcome: 'success' },
  quiet: { does: 'evict', outcome: 'success' },
  success: { does: 'evict', outcome: 'failure' },
  'taken-off': { does: 'evict', outcome: 'failure' },
  undone: { does: 'restore', outcome: 'success' },
  'undo-refused': { does: 'restore', outcome: 'failure' },
}
