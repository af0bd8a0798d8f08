import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs, seed } from '#test/property.ts'
import { EarliestList } from './earliest-list.ts'
import { earliest, latest, type Mark } from './mark.ts'
import { RecentIds } from './recent-ids.ts'
import { Requests } from './requests.ts'
import { Sightings } from './sightings.ts'
import { addTo, strings } from './small-set.ts'
import { SmallestMap } from './smallest-map.ts'
import { PackedIds } from './uuid.ts'

/** Few times and ids, so that ties and repetitions are common; ids with and without the shape of a UUID. */
const id = fc
  .integer({ min: 0, max: 12 })
  .map((n) =>
    n % 3 === 0 ? `other-${n}` : `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  )
const mark = fc.record({ at: fc.integer({ min: 0, max: 9 }), id })

/** Each kind of fact: what a list of additions comes to, read in an order that does not depend on arrival. */
const kinds: Record<string, (marks: readonly Mark[]) => unknown> = {
  earliest: (marks) => marks.reduce<Mark | undefined>(earliest, undefined),
  latest: (marks) => marks.reduce<Mark | undefined>(latest, undefined),
  'earliest list at its bound': (marks) => {
    const list = new EarliestList(4)
    for (const each of marks) list.add(each)
    return list.items
  },
  'smallest map at its bound': (marks) => {
    const map = new SmallestMap<Mark>(4)
    for (const each of marks) map.merge(each.id, each, (a, b) => latest(a, b))
    return map.sorted()
  },
  'small set at its bound': (marks) => {
    const list: string[] = []
    for (const each of marks) addTo(list, each.id, strings(4))
    return list
  },
  sightings: (marks) => {
    const ids = new PackedIds()
    const table = new Sightings(ids)
    let head = -1
    for (const { at, id: name } of marks) {
      let row = table.find(7, at % 3, 1)
      if (row < 0) row = head = table.add(7, at % 3, 1, head)
      ids.note(name)
      table.touch(row, at)
    }
    const rows: unknown[] = []
    for (let row = head; row >= 0; row = table.next(row))
      rows.push([table.valueA(row), table.first(row), table.last(row)])
    return rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  },
  'requests at their bound': (marks) => {
    const ids = new PackedIds()
    const table = new Requests(ids, 8)
    for (const each of marks) {
      ids.note(each.id)
      table.add(`r${each.at}`, each.at % 2, each.at)
    }
    const found = marks.flatMap(({ at }) => table.find(`r${at}`))
    return [...new Set(found.map((each) => JSON.stringify(each)))].toSorted()
  },
}

describe.each(Object.entries(kinds))(
  'C1 a fact merges in any order and any number of times: %s',
  (_, come) => {
    test('shuffled and repeated', () => {
      const arrivals = fc.array(mark, { minLength: 1, maxLength: 40 }).chain((marks) =>
        fc.record({
          marks: fc.constant(marks),
          again: fc.array(fc.constantFrom(...marks)).chain((again) => {
            const all = [...marks, ...again]
            return fc.shuffledSubarray(all, { minLength: all.length })
          }),
        }),
      )
      fc.assert(
        fc.property(arrivals, ({ marks, again }) => {
          expect(come(again)).toEqual(come(marks))
        }),
        { numRuns: runs(200), ...(seed !== undefined && { seed }) },
      )
    })
  },
)

describe('bounds', () => {
  test('rule 8: an entry that was evicted and comes back has not lost its past, because it never comes back', () => {
    const map = new SmallestMap<number>(2)
    const keys = ['a', 'b', 'c', 'd', 'e']
    for (const key of keys) map.merge(key, 1, (x, y) => x + y)
    const kept = map.sorted().map(([key]) => key)
    for (const key of keys) map.merge(key, 1, (x, y) => x + y)
    expect(map.sorted().map(([key]) => key)).toEqual(kept)
    expect(map.sorted().map(([, count]) => count)).toEqual([2, 2])
    expect(map.dropped).toBeGreaterThan(0)
  })

  test('a table of sightings survives many replaced values', () => {
    const table = new Sightings()
    const row = table.add(1, 0, 0, -1)
    for (let value = 1; value < 50_000; value++) table.replace(row, value, 0)
    expect(table.find(1, 49_999, 0)).toBe(row)
    expect(table.find(1, 3, 0)).toBe(-1)
  })
})

describe('recent ids', () => {
  test('A2 a repetition is recognised as long as it is remembered, and forgetting is counted', () => {
    const ids = new RecentIds(100)
    const first = Array.from({ length: 150 }, (_, i) => ids.seen(`111122223333/${i}`))
    expect(first.every((seen) => !seen)).toBe(true)
    expect(ids.seen('111122223333/149')).toBe(true)
    expect(ids.seen('e-1', '111122223333')).toBe(false)
    expect(ids.seen('e-1', '444455556666')).toBe(false)
    expect(ids.seen('e-1', '111122223333')).toBe(true)
    expect(ids.seen('111122223333/0')).toBe(true)
    for (let i = 1000; i < 1200; i++) ids.seen(`111122223333/${i}`)
    expect(ids.seen('111122223333/0')).toBe(false)
    expect(ids.forgotten).toBeGreaterThan(0)
  })
})
