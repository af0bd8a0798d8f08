import { describe, expect, test } from 'vitest'
import type { Case } from '#shared/messages/desk.ts'
import type { Desk } from '#shared/ports/desk.ts'
import { deskAt, findingOf, incidentOf } from '#test/incidents.ts'

export type DeskUnderTest = {
  readonly desk: Desk
  /** The same store after the process ended; absent where it does not outlive it. */
  readonly reopen?: () => Desk
}

const none = { keys: [], roots: [], owedBefore: 0 }
const everyState = ['open', 'acknowledged', 'closed'] as const
const doer = { by: 'ann', at: 50_000 }

function caseOf(handle: string, order: number, more: Partial<Case> = {}): Case {
  const incident = incidentOf([findingOf(handle)])
  return {
    handle,
    founding: handle,
    order,
    revision: 1,
    state: 'open',
    stands: true,
    raised: order,
    changed: order,
    told: {
      at: order,
      severity: 'high',
      detections: ['secret-harvest'],
      credentials: [],
      holder: { human: null, agent: null, task: null },
    },
    untold: [],
    incident,
    more: 0,
    ...more,
  }
}

/** What every desk does. */
export function deskContract(name: string, make: () => DeskUnderTest): void {
  describe(`desk: ${name}`, () => {
    test('keeps a case whole, and gives all rows of every handle that a question touches', () => {
      const { desk, reopen } = make()
      const [a, b] = [caseOf('a', 1), caseOf('b', 4, { owed: 9 })]
      const keys = [
        { key: 'k1', handle: 'a', seq: 2, root: 'r' },
        { key: 'k2', handle: 'a', seq: 3, root: '' },
        { key: 'k3', handle: 'b', seq: 5, root: 'q' },
      ]
      desk.write({ cases: [a, b], keys, events: [] })
      const again = reopen?.() ?? desk
      const ofA = { cases: [a], keys: keys.slice(0, 2), next: 6 }
      expect(again.rows({ ...none, keys: ['k2', 'new'] })).toEqual(ofA)
      expect(again.rows({ ...none, roots: ['r', 'new'] })).toEqual(ofA)
      expect(again.rows(none)).toEqual({ cases: [], keys: [], next: 6 })
      expect(again.rows({ ...none, owedBefore: 4 })).toMatchObject({ cases: [b] })
      expect(again.case('a')).toEqual(a)
      expect(again.case('c')).toBeUndefined()
      expect(again.counts()).toEqual(new Map([['open', 2]]))
    })

    test('a row replaces the one of its name; what is owed no more is not asked for', () => {
      const { desk } = make()
      const key = { key: 'k', handle: 'a', seq: 2, root: 'r' }
      desk.write({ cases: [caseOf('a', 1, { owed: 1 })], keys: [key], events: [] })
      desk.write({ cases: [caseOf('a', 1)], keys: [{ ...key, root: '' }], events: [] })
      expect(desk.rows({ ...none, owedBefore: 99 }).cases).toEqual([])
      expect(desk.rows({ ...none, roots: ['r', ''] }).cases).toEqual([])
      expect(desk.rows({ ...none, keys: ['k'] }).keys).toEqual([{ ...key, root: '' }])
    })

    test('lists by state, what changed last first', () => {
      const { desk } = make()
      const cases = [
        caseOf('a', 1, { changed: 30 }),
        caseOf('b', 2, { changed: 10, state: 'acknowledged' }),
        caseOf('c', 3, { changed: 20, state: 'closed' }),
      ]
      desk.write({ cases, keys: [], events: [] })
      const listed = (states: Parameters<Desk['list']>[0]['states'], limit = 9) =>
        desk.list({ states, limit }).map(({ handle }) => handle)
      expect(listed(everyState)).toEqual(['a', 'c', 'b'])
      expect(listed(['open', 'acknowledged'])).toEqual(['a', 'b'])
      expect(listed(everyState, 1)).toEqual(['a'])
    })

    test('what fails within a transaction leaves nothing', () => {
      const { desk, reopen } = make()
      desk.write({ cases: [caseOf('a', 1)], keys: [], events: [] })
      const fails = () =>
        desk.together(() => {
          desk.write({
            cases: [caseOf('a', 1, { state: 'closed' }), caseOf('b', 2)],
            keys: [],
            events: [],
          })
          throw new Error('no')
        })
      expect(fails).toThrow('no')
      expect((reopen?.() ?? desk).list({ states: everyState, limit: 9 })).toEqual([caseOf('a', 1)])
    })

    test('tells what happened to an incident, and who did it, also after a restart', () => {
      const { desk, reopen } = make()
      const { hear, front, sent } = deskAt(desk)
      hear(1, { r: [incidentOf([findingOf('a')])], q: [incidentOf([findingOf('b')])] })
      const handle = sent[0]?.event.handle ?? ''
      front.act(handle, { do: 'ack' }, doer)
      front.contained(handle, { says: 'key disabled', by: 'keytrail', at: 60_000 })
      const again = reopen?.() ?? desk
      expect(again.history(handle, 9).map(({ kind, by, at }) => [kind, by, at])).toEqual([
        ['raised', 'keytrail', 1_000],
        ['acknowledged', 'ann', 50_000],
        ['changed', 'keytrail', 60_000],
      ])
      expect(again.history(handle, 1).map(({ revision }) => revision)).toEqual([3])
      expect(again.case(handle)).toMatchObject({
        state: 'acknowledged',
        containment: 'key disabled',
      })
    })

    test('forgets what is closed, stands no more and is old, with all its rows', () => {
      const { desk } = make()
      const { hear, front, sent } = deskAt(desk)
      hear(1, { r: [incidentOf([findingOf('a')])], q: [incidentOf([findingOf('b')])] })
      const [first = '', second = ''] = sent.map(({ event }) => event.handle)
      front.act(second, { do: 'close', reason: 'benign', note: '', into: '' }, doer)
      hear(2, { r: [] })
      expect(desk.prune(2_000, 9)).toBe(0)
      expect(desk.prune(99_000, 9)).toBe(1)
      expect(desk.case(first)).toBeUndefined()
      expect(desk.history(first, 9)).toEqual([])
      expect(desk.rows({ ...none, keys: ['a'] }).keys).toEqual([])
      expect(desk.case(second)).toMatchObject({ state: 'closed', stands: true })
    })
  })
}
