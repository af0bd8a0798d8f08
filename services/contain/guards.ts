import type { Order } from '#shared/messages/containment.ts'
import { keep, move, note, self, type Ledger } from './ledger.ts'
import type { ContainPolicy } from './policy.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Why no machine may cut so many more now; '' if it may. People may, up to their own cap. */
export function againstMachine({ store, at }: Ledger, policy: ContainPolicy, more: number): string {
  const { stopped, breaker } = store.control()
  if (stopped) return `stopped by ${stopped.by}`
  if (breaker) return `the breaker is open: ${breaker.reason}`
  const waiting = store.orders({ states: ['approved'] }).filter(isMachines).length
  const hour = store.sentSince(at - hourMs).automatic + waiting
  if (hour + more > policy.autoHour) return `more than ${policy.autoHour} automatic cuts in an hour`
  const day = store.sentSince(at - dayMs).automatic + waiting
  if (day + more > policy.autoDay) return `more than ${policy.autoDay} automatic cuts in a day`
  return ''
}

/** Why nothing is cut now, whoever asked; '' if it may. It waits. */
export function againstAnybody({ store, at }: Ledger, policy: ContainPolicy): string {
  const { stopped } = store.control()
  if (stopped) return `stopped by ${stopped.by}: ${stopped.reason}`
  const sent = store.sentSince(at - hourMs).all
  return sent >= policy.allHour ? `${sent} cuts in an hour are the cap` : ''
}

export const isMachines = ({ by }: Order): boolean => by === self

/** How an automatic cut ends that should not have been made, or did not work. */
const badEnds = [
  'failed',
  'breached',
  'escalated',
  'undoing',
  'undone',
  'withdrawn-still-contained',
] as const

/**
 * Opens the breaker where automatic cuts end badly too often: then a person looks first. Only the process that serves asks
 * for this: a command beside it may run with other settings.
 */
export function minded(ledger: Ledger, policy: ContainPolicy): void {
  const { store, at, tell } = ledger
  const control = store.control()
  if (control.breaker) return
  const since = Math.max(control.since, at - dayMs)
  const ended = store
    .orders({ states: badEnds })
    .filter((order) => isMachines(order) && Math.max(order.sentAt, order.retryAt) > since)
  // All cuts of one decision are one mistake.
  const bad = new Set(ended.map(({ option }) => option)).size
  if (bad < policy.breakerAt) return
  const reason = `${bad} automatic decisions ended badly within a day`
  store.write({ control: { ...control, breaker: { at, reason } } })
  note(ledger, 'breaker-opened', { who: self, why: reason })
  tell({
    incidents: [],
    says: `no automatic cut until keytrail contain resume: ${reason}`,
    by: self,
    at,
  })
}

/** Proposals that nobody answered. */
export function lapsed(ledger: Ledger): void {
  for (const order of ledger.store.orders({ states: ['planned'] })) {
    if (order.expires > ledger.at) continue
    move(ledger, order, 'lapse', {
      who: self,
      why: 'nobody answered in time',
      says: `proposal lapsed without an answer: ${order.unit}`,
    })
  }
}

/** Ends badly for good: noted with its time, so that the breaker counts it though it was never sent. */
export const failed = (ledger: Ledger, order: Order, why: string, who: string): Order =>
  move(
    ledger,
    keep(ledger, order, { retryAt: ledger.at }),
    'refused',
    { who, why, says: `could not be cut: ${order.unit}: ${why}` },
    { tries: 0 },
  )
