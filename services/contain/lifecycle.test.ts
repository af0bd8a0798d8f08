import { describe, expect, it } from 'vitest'
import { orderStates, type OrderState } from '#shared/messages/containment.ts'
import { heldStates, lifecycle, orderEvents, type OrderEvent } from './lifecycle.ts'

/** Every transition there is, as a person would list them; whatever is not named changes nothing. */
const transitions: readonly (readonly [OrderState, OrderEvent, OrderState])[] = [
  ['planned', 'approve', 'approved'],
  ['planned', 'reject', 'rejected'],
  ['planned', 'lapse', 'expired'],
  ['planned', 'withdraw', 'expired'],
  ['approved', 'reject', 'rejected'],
  ['approved', 'withdraw', 'expired'],
  ['approved', 'lapse', 'expired'],
  ['approved', 'send', 'sent'],
  ['approved', 'refused', 'failed'],
  ['sent', 'applied', 'applied'],
  ['sent', 'refused', 'failed'],
  ['sent', 'undo', 'undoing'],
  ['applied', 'denied', 'verified'],
  ['applied', 'quiet', 'verified'],
  ['applied', 'success', 'breached'],
  ['applied', 'taken-off', 'escalated'],
  ['applied', 'withdraw', 'withdrawn-still-contained'],
  ['applied', 'undo', 'undoing'],
  ['verified', 'success', 'breached'],
  ['verified', 'taken-off', 'escalated'],
  ['verified', 'withdraw', 'withdrawn-still-contained'],
  ['verified', 'undo', 'undoing'],
  ['undoing', 'undone', 'undone'],
  ['undoing', 'undo-refused', 'escalated'],
  ['rejected', 'propose', 'planned'],
  ['rejected', 'approve', 'approved'],
  ['expired', 'propose', 'planned'],
  ['expired', 'approve', 'approved'],
  ['failed', 'approve', 'approved'],
  ['failed', 'undo', 'undoing'],
  ['breached', 'escalate', 'escalated'],
  ['breached', 'undo', 'undoing'],
  ['escalated', 'approve', 'approved'],
  ['escalated', 'undo', 'undoing'],
  ['withdrawn-still-contained', 'want', 'applied'],
  ['withdrawn-still-contained', 'propose', 'applied'],
  ['withdrawn-still-contained', 'success', 'breached'],
  ['withdrawn-still-contained', 'taken-off', 'escalated'],
  ['withdrawn-still-contained', 'undo', 'undoing'],
]

const named = new Map(transitions.map(([from, event, to]) => [`${from} ${event}`, to]))
const cells = orderStates.flatMap((from) =>
  orderEvents.map((event) => [from, event, named.get(`${from} ${event}`) ?? from] as const),
)

describe('the lifecycle of an order', () => {
  it.each(cells)('%s, %s → %s', (from, event, to) => {
    expect(lifecycle[from][event]).toBe(to)
  })

  it('ends an episode only by an undo', () => {
    const into = cells.filter(([from, , to]) => to === 'undone' && from !== 'undone')
    expect(into).toEqual([['undoing', 'undone', 'undone']])
  })

  it('is sent only after an approval', () => {
    const into = cells.filter(([from, , to]) => to === 'sent' && from !== 'sent')
    expect(into).toEqual([['approved', 'send', 'sent']])
  })

  it('lets a person undo whatever the cloud may hold', () => {
    const stuck = heldStates.filter((state) => lifecycle[state].undo !== 'undoing')
    expect(stuck).toEqual([])
  })
})
