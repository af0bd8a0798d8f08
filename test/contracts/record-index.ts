import { describe, expect, test } from 'vitest'
import type { RecordIndex } from '#shared/ports/record-index.ts'

export type RecordIndexUnderTest = {
  readonly records: RecordIndex
  /** The same store after the process ended; absent where it does not outlive it. */
  readonly reopen?: () => RecordIndex
}

/** What every index of records does. */
export function recordIndexContract(name: string, make: () => RecordIndexUnderTest): void {
  describe(`record index: ${name}`, () => {
    const found = (records: RecordIndex, from: number, to: number, limit = 9) =>
      [...records.between(from, to, limit)].map(({ position, ids }) => [position, ...ids])

    test('gives the batches whose times a span touches, the last logged first, also after a restart', () => {
      const { records, reopen } = make()
      records.note(1, { first: 10, last: 20, ids: Uint32Array.of(7, 0xffffffff) })
      records.note(2, { first: 30, last: 30, ids: Uint32Array.of(8) })
      records.note(4, { first: 5, last: 40, ids: new Uint32Array() })
      const again = reopen?.() ?? records
      expect(found(again, 20, 29)).toEqual([[4], [1, 7, 0xffffffff]])
      expect(found(again, 30, 30)).toEqual([[4], [2, 8]])
      expect(found(again, 41, 99)).toEqual([])
      expect(found(again, 0, 99, 2)).toEqual([[4], [2, 8]])
    })

    test('keeps ids as they were noted, whatever becomes of the memory that they were in', () => {
      const { records } = make()
      const memory = Uint32Array.of(1, 2, 3, 4)
      records.note(1, { first: 0, last: 9, ids: memory.subarray(1, 3) })
      memory.fill(9)
      expect(found(records, 5, 5)).toEqual([[1, 2, 3]])
    })

    test('forgets what is before a position', () => {
      const { records } = make()
      for (const position of [1, 2, 3])
        records.note(position, { first: position, last: position, ids: Uint32Array.of(position) })
      expect([records.forget(3), records.forget(3)]).toEqual([2, 0])
      expect(found(records, 0, 99)).toEqual([[3, 3]])
    })
  })
}
