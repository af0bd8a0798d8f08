import { describe, expect, test } from 'vitest'
import type { NewDelivery, Outbox } from '#shared/ports/outbox.ts'

export type OutboxUnderTest = {
  readonly outbox: Outbox
  /** The same store after the process ended; absent where it does not outlive it. */
  readonly reopen?: () => Outbox
}

const of = (incident: string, revision = 1, to = 'soc'): NewDelivery => ({
  id: `${incident}.${revision}`,
  to,
  incident,
  event: 'raised',
  body: `{"n":${revision}}`,
})
const idsOf = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id)

/** What every outbox does; `make` gives one in which so many may wait for a destination. */
export function outboxContract(name: string, make: (limit?: number) => OutboxUnderTest): void {
  describe(`outbox: ${name}`, () => {
    test('what was added waits, whole, until it is delivered', () => {
      const { outbox, reopen } = make()
      outbox.add([of('a')], 5)
      const again = reopen?.() ?? outbox
      expect(again.due('soc', 5, 9)).toEqual([{ ...of('a'), since: 5, attempts: 0, due: 5 }])
      again.delivered({ id: 'a.1', to: 'soc' }, 6)
      expect(again.due('soc', 9, 9)).toEqual([])
      expect(again.nextDue('soc')).toBeUndefined()
    })

    test('knows where something may be sent, as the last one who sends said', () => {
      const { outbox, reopen } = make()
      expect(outbox.lanes()).toEqual([])
      outbox.open([{ name: 'old', kind: 'file', severity: 'info' }])
      const lanes = [
        { name: 'chat', kind: 'slack', severity: 'low' },
        { name: 'soc', kind: 'webhook', severity: 'high' },
      ] as const
      outbox.open(lanes.toReversed())
      expect((reopen?.() ?? outbox).lanes()).toEqual(lanes)
    })

    test('the same again is added once, also after it was delivered', () => {
      const { outbox } = make()
      outbox.add([of('a'), of('a')], 5)
      outbox.delivered({ id: 'a.1', to: 'soc' }, 6)
      outbox.add([of('a')], 7)
      expect(outbox.counts()).toEqual([{ to: 'soc', waiting: 0, delivered: 1, dead: 0 }])
    })

    test('one incident keeps its order at one destination; others pass it', () => {
      const { outbox } = make()
      outbox.add([of('a', 1), of('a', 2), of('b', 1), of('a', 1, 'siem')], 5)
      expect(idsOf(outbox.due('soc', 5, 9))).toEqual(['a.1', 'b.1'])
      outbox.failed({ id: 'a.1', to: 'soc' }, 'no answer', 50)
      expect(idsOf(outbox.due('soc', 5, 9))).toEqual(['b.1'])
      expect(idsOf(outbox.due('siem', 5, 9))).toEqual(['a.1'])
      outbox.delivered({ id: 'b.1', to: 'soc' }, 6)
      expect(outbox.nextDue('soc')).toBe(50)
      expect(outbox.due('soc', 50, 9)).toMatchObject([{ id: 'a.1', attempts: 1 }])
      outbox.delivered({ id: 'a.1', to: 'soc' }, 51)
      expect(idsOf(outbox.due('soc', 51, 9))).toEqual(['a.2'])
    })

    test('what is longest due goes first, and only so many', () => {
      const { outbox } = make()
      outbox.add([of('a')], 7)
      outbox.add([of('b')], 5)
      expect(idsOf(outbox.due('soc', 9, 1))).toEqual(['b.1'])
    })

    test('what was given up is told, and lets the next one go', () => {
      const { outbox, reopen } = make()
      outbox.add([of('a', 1), of('a', 2)], 5)
      outbox.failed({ id: 'a.1', to: 'soc' }, 'no answer', 6)
      outbox.dead({ id: 'a.1', to: 'soc' }, 'the receiver is gone', 7)
      const again = reopen?.() ?? outbox
      expect(again.deadOnes(9)).toMatchObject([
        { id: 'a.1', why: 'the receiver is gone', died: 7, attempts: 1, body: '{"n":1}' },
      ])
      expect(idsOf(again.due('soc', 7, 9))).toEqual(['a.2'])
      expect(again.counts()).toEqual([{ to: 'soc', waiting: 1, delivered: 0, dead: 1, oldest: 5 }])
    })

    test('a dead one can be tried again, behind what waits', () => {
      const { outbox } = make()
      outbox.add([of('a', 1), of('a', 2)], 5)
      outbox.dead({ id: 'a.1', to: 'soc' }, 'gone', 7)
      expect(outbox.revive({ id: 'a.1', to: 'soc' }, 8)).toBe(true)
      expect(outbox.revive({ id: 'a.1', to: 'soc' }, 8)).toBe(false)
      expect(idsOf(outbox.due('soc', 8, 9))).toEqual(['a.2'])
      outbox.delivered({ id: 'a.2', to: 'soc' }, 9)
      expect(outbox.due('soc', 9, 9)).toEqual([{ ...of('a', 1), since: 8, attempts: 0, due: 8 }])
    })

    test('what was ended is not ended again', () => {
      const { outbox } = make()
      outbox.add([of('a')], 5)
      outbox.delivered({ id: 'a.1', to: 'soc' }, 6)
      outbox.dead({ id: 'a.1', to: 'soc' }, 'late', 7)
      outbox.failed({ id: 'a.1', to: 'soc' }, 'late', 8)
      expect(outbox.counts()).toEqual([{ to: 'soc', waiting: 0, delivered: 1, dead: 0 }])
    })

    test('a destination that is configured no more keeps nothing waiting', () => {
      const { outbox } = make()
      outbox.add([of('a'), of('b', 1, 'siem')], 5)
      expect(outbox.abandon(['siem'], 'no such destination', 6)).toBe(1)
      expect(outbox.deadOnes(9)).toMatchObject([
        { id: 'a.1', to: 'soc', why: 'no such destination' },
      ])
      expect(idsOf(outbox.due('siem', 6, 9))).toEqual(['b.1'])
    })

    test('beyond the bound of a destination it is dead at once; others have room', () => {
      const { outbox } = make(2)
      outbox.add([of('a'), of('b'), of('c'), of('d', 1, 'siem')], 5)
      expect(outbox.deadOnes(9)).toMatchObject([
        { id: 'c.1', why: 'too many wait for this destination' },
      ])
      expect(outbox.counts().map(({ waiting }) => waiting)).toEqual([1, 2])
    })

    test('what is over is forgotten by age; what waits never is', () => {
      const { outbox } = make()
      outbox.add([of('a'), of('b'), of('c')], 5)
      outbox.delivered({ id: 'a.1', to: 'soc' }, 6)
      outbox.dead({ id: 'b.1', to: 'soc' }, 'gone', 7)
      expect(outbox.forget(7)).toBe(1)
      expect(outbox.forget(100)).toBe(1)
      expect(idsOf(outbox.due('soc', 100, 9))).toEqual(['c.1'])
    })
  })
}
