import { describe, expect, test } from 'vitest'
import type { BatchIds, RecordIndex } from '#shared/ports/record-index.ts'

export type RecordIndexUnderTest = {
  readonly records: RecordIndex
  /** The same store after the process ended; absent where it does not outlive it. */
  readonly reopen?: () => RecordIndex
}

/** What every index of records does. */
export function recordIndexContract(name: string, make: () => RecordIndexUnderTest): void {
  describe(`record index: ${name}`, () => {
    const found = (records: RecordIndex, stretch: number, limit = 9) =>
      [...records.within(stretch, limit)].map(({ position, ids }) => [position, ...ids])
    const batch = (of: Readonly<Record<number, readonly number[]>>): BatchIds =>
      new Map(Object.entries(of).map(([stretch, ids]) => [Number(stretch), Uint32Array.from(ids)]))

    test('gives the batches of a stretch with their ids there, the last logged first, also after a restart', () => {
      const { records, reopen } = make()
      records.note(1, batch({ 7: [3, 0xffffffff], 8: [4] }))
      records.note(2, batch({ 8: [5] }))
      records.note(3, batch({}))
      records.note(4, batch({ 7: [] }))
      const again = reopen?.() ?? records
      expect(found(again, 7)).toEqual([[4], [1, 3, 0xffffffff]])
      expect(found(again, 8)).toEqual([
        [2, 5],
        [1, 4],
      ])
      expect(found(again, 8, 1)).toEqual([[2, 5]])
      expect(found(again, 9)).toEqual([])
    })

    test('keeps ids as they were noted, whatever becomes of the memory that they were in', () => {
      const { records } = make()
      const memory = Uint32Array.of(1, 2, 3, 4)
      records.note(1, new Map([[7, memory.subarray(1, 3)]]))
      memory.fill(9)
      expect(found(records, 7)).toEqual([[1, 2, 3]])
    })

    test('forgets what is before a position', () => {
      const { records } = make()
      for (const position of [1, 2, 3]) records.note(position, batch({ 7: [position] }))
      expect([records.forget(3), records.forget(3)]).toEqual([2, 0])
      expect(found(records, 7)).toEqual([[3, 3]])
    })
  })
}
