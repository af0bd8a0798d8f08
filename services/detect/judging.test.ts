import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '#test/property.ts'
import type { DeedFact } from '#shared/messages/session-facts.ts'
import { bursts, burstsByDay, groupBy, span, tell } from './judging.ts'

const marksAt = (...times: readonly number[]) => times.map((at, i) => ({ at, id: `id-${i}` }))
const timesOf = (found: readonly (readonly { readonly at: number }[])[]) =>
  found.map((run) => run.map(({ at }) => at))

describe('bursts', () => {
  test('a run is the union of overlapping windows', () => {
    expect(timesOf(bursts(marksAt(0, 1, 2, 3, 50), 2, 3))).toEqual([[0, 1, 2, 3]])
    expect(timesOf(bursts(marksAt(0, 1, 10, 11), 2, 2))).toEqual([
      [0, 1],
      [10, 11],
    ])
    expect(bursts(marksAt(0, 10, 20), 5, 2)).toEqual([])
  })

  test('a mark is in a run exactly if some window that reaches the least holds it, in any order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 8 }),
        (times, window, least) => {
          const marks = marksAt(...times)
          const found = new Set(bursts(marks, window, least).flat())
          const inside = (end: number) => marks.filter(({ at }) => at >= end - window && at <= end)
          for (const mark of marks)
            expect(found.has(mark)).toBe(
              marks.some(
                ({ at: end }) => inside(end).includes(mark) && inside(end).length >= least,
              ),
            )
          expect(bursts(marks.toReversed(), window, least)).toEqual(bursts(marks, window, least))
        },
      ),
      { numRuns: runs(200) },
    )
  })

  test('what grows may be something else than the number of marks', () => {
    const names = [
      { at: 0, id: 'a', name: 'x' },
      { at: 1, id: 'b', name: 'x' },
      { at: 2, id: 'c', name: 'y' },
    ]
    const distinct = (window: readonly { readonly name: string }[]) =>
      new Set(window.map(({ name }) => name)).size
    expect(bursts(names, 10, 2, distinct).flat()).toHaveLength(3)
    expect(bursts(names, 10, 3, distinct)).toEqual([])
  })

  test('runs of one UTC day are one', () => {
    const day = Date.UTC(2026, 4, 4)
    const runsOfDay = [marksAt(day + 1), marksAt(day + 5), marksAt(day + 86_400_000)]
    expect(burstsByDay(runsOfDay).map(([name, marks]) => [name, marks.length])).toEqual([
      ['2026-05-04', 2],
      ['2026-05-05', 1],
    ])
  })
})

test('groups come in the order of their names', () => {
  expect(groupBy(['b1', 'a1', 'b2'], (name) => name.slice(0, 1))).toEqual([
    ['a', ['a1']],
    ['b', ['b1', 'b2']],
  ])
})

test.each([
  [[0], '1 s'],
  [[0, 61_000], '61 s'],
  [[0, 600_000], '10 min'],
  [[0, 3 * 3_600_000], '3 h'],
])('the span of %j is %s', (times, told) => {
  expect(span(marksAt(...times))).toBe(told)
})

describe('tell', () => {
  const deed = (says: string, outcome: DeedFact['outcome'], at = 0): DeedFact => ({
    at,
    id: says,
    deed: 'audit-weakened',
    target: 'trail/org',
    account: '111122223333',
    grantee: 'none',
    to: [],
    power: 'none',
    document: 'none',
    outcome,
    effect: 'weakens',
    says,
    key: '',
    service: 'cloudtrail',
    action: 'StopLogging',
  })

  test('names two, and counts the rest', () => {
    const four = ['a', 'b', 'c', 'd'].map((says, at) => deed(says, 'done', at))
    expect(tell(four.toReversed())).toBe('a, b, and 2 more')
    expect(tell(four.slice(0, 2))).toBe('a, and b')
  })

  test('never tells an attempt as done', () => {
    const stopped = deed('stopped trail org', 'denied')
    const left = deed('left the organisation', 'failed', 1)
    expect(tell([stopped])).toBe('tried to stop trail org and was refused')
    expect(tell([left])).toBe('tried to leave the organisation and failed')
    expect(tell([stopped, left])).toBe(
      'tried to stop trail org, to leave the organisation, without success',
    )
  })

  test('a verb that nobody foresaw is not taken for a deed', () => {
    expect(tell([deed('painted trail org', 'denied')])).toBe(
      'tried in vain what follows: painted trail org and was refused',
    )
  })
})
