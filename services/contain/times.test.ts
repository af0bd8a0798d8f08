import { expect, test } from 'vitest'
import { memoryContainment } from '#infra/memory/containment.ts'
import { bench, minute, start, theft } from '#test/contain.ts'
import { timing } from './times.ts'

/** A cut of two units by a machine, on a store that takes the time; the incident was raised two seconds before. */
async function cut() {
  const timed = timing(memoryContainment(), () => start - 2_000)
  const on = bench({ mode: 'auto' }, timed.store)
  on.incidents.set('inc-1', theft())
  on.hear(['inc-1'])
  await on.pass(1_000)
  return { on, ...timed }
}

test('each step is timed once, from the one before', async () => {
  const { on, times } = await cut()
  expect(times().ordered).toMatchObject({ count: 2, sum: 6 })
  expect([1, 5].map((bound) => times().ordered.atMost.get(bound))).toEqual([0, 2])
  expect(times().applied).toMatchObject({ count: 2, sum: 0 })
  expect(times().verified.count).toBe(0)
  for (const wait of [5_000, 25_000, 270_000]) await on.pass(wait)
  on.frontier = start + 60 * minute
  await on.pass(15 * minute)
  expect(times().verified).toMatchObject({ count: 2, sum: 2 * 20 * 60 })
})

test('what is wanted again, and read again, was timed before', async () => {
  const { on, times } = await cut()
  on.incidents.delete('inc-1')
  on.hear(['inc-1'])
  on.incidents.set('inc-1', theft())
  on.hear(['inc-1'])
  await on.pass(minute)
  expect([times().ordered.count, times().applied.count]).toEqual([2, 2])
})

test('what is not committed is not timed', () => {
  const timed = timing(memoryContainment(), () => start)
  const order = { ...orderOf(), state: 'sent' as const }
  const write = () => {
    timed.store.write({ orders: [order], audit: [sent] })
    throw new Error('the disk is full')
  }
  expect(() => timed.store.together(write)).toThrow('full')
  timed.store.together(() => undefined)
  expect(timed.times().ordered.count).toBe(0)
  timed.store.write({ orders: [order], audit: [sent] })
  expect(timed.times().ordered.count).toBe(1)
})

const sent = {
  at: start,
  who: 'keytrail',
  what: 'send',
  order: 'disable-key/key:AKIAEXAMPLE1/1',
  incidents: ['inc-1'],
  from: 'approved',
  to: 'sent',
  why: '',
  detail: '',
} as const

function orderOf() {
  const on = bench({ mode: 'approve' })
  on.incidents.set('inc-1', theft())
  on.hear(['inc-1'])
  const order = on.store.order(sent.order)
  if (!order) throw new Error('nothing was proposed')
  return { ...order, sentAt: start }
}
