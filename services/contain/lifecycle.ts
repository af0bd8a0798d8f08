import type { OrderState } from '#shared/messages/containment.ts'

/** All that can happen to an order. */
export const orderEvents = [
  /** An incident wants it, for a finding that it was not wanted for before (`propose`), or for known ones (`want`). */
  'propose',
  'want',
  /** No incident wants it any more. */
  'withdraw',
  'approve',
  'reject',
  'lapse',
  /** It is about to be asked of the cloud. */
  'send',
  /** The cloud answered: made; never to be made. */
  'applied',
  'refused',
  'denied',
  'quiet',
  /** A node of its tree succeeded after it; somebody else took it off. */
  'success',
  'taken-off',
  'escalate',
  'undo',
  'undone',
  'undo-refused',
] as const
export type OrderEvent = (typeof orderEvents)[number]

/** What everything leads to from one state; what is not named changes nothing. */
type Leads = Readonly<Record<OrderEvent, OrderState>>

const from = (state: OrderState, leads: Partial<Leads>): Leads => ({
  propose: state,
  want: state,
  withdraw: state,
  approve: state,
  reject: state,
  lapse: state,
  send: state,
  applied: state,
  refused: state,
  denied: state,
  quiet: state,
  success: state,
  'taken-off': state,
  escalate: state,
  undo: state,
  undone: state,
  'undo-refused': state,
  ...leads,
})

/**
 * The one table: from each state, what each event leads to. Nothing reaches the cloud but through `sent` and `undoing`; only
 * a person's `undo` leads out of what was cut; `undone` is the end of the episode.
 */
export const lifecycle: Readonly<Record<OrderState, Leads>> = {
  planned: from('planned', {
    approve: 'approved',
    reject: 'rejected',
    lapse: 'expired',
    withdraw: 'expired',
  }),
  approved: from('approved', {
    reject: 'rejected',
    withdraw: 'expired',
    lapse: 'expired',
    send: 'sent',
    refused: 'failed',
  }),
  sent: from('sent', { applied: 'applied', refused: 'failed', undo: 'undoing' }),
  applied: from('applied', {
    denied: 'verified',
    quiet: 'verified',
    success: 'breached',
    'taken-off': 'escalated',
    withdraw: 'withdrawn-still-contained',
    undo: 'undoing',
  }),
  verified: from('verified', {
    success: 'breached',
    'taken-off': 'escalated',
    withdraw: 'withdrawn-still-contained',
    undo: 'undoing',
  }),
  undoing: from('undoing', { undone: 'undone', 'undo-refused': 'escalated' }),
  undone: from('undone', {}),
  rejected: from('rejected', { propose: 'planned', approve: 'approved' }),
  expired: from('expired', { propose: 'planned', approve: 'approved' }),
  failed: from('failed', { approve: 'approved', undo: 'undoing' }),
  breached: from('breached', { escalate: 'escalated', undo: 'undoing' }),
  escalated: from('escalated', { approve: 'approved', undo: 'undoing' }),
  'withdrawn-still-contained': from('withdrawn-still-contained', {
    want: 'applied',
    propose: 'applied',
    success: 'breached',
    'taken-off': 'escalated',
    undo: 'undoing',
  }),
}

/** States in which the cloud may hold something that we made. */
export const heldStates: readonly OrderState[] = [
  'sent',
  'applied',
  'verified',
  'undoing',
  'failed',
  'breached',
  'escalated',
  'withdrawn-still-contained',
]

/** States in which a call by the tree tells whether it works. */
export const watchedStates: readonly OrderState[] = [
  'approved',
  'sent',
  'applied',
  'verified',
  'breached',
  'escalated',
  'withdrawn-still-contained',
]
