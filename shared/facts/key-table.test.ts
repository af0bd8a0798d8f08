import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '#test/property.ts'
import { KeyIds } from './key-ids.ts'
import { KeyTable } from './key-table.ts'

const key = fc.oneof(
  fc.stringMatching(/^A[KS]IA[A-Z2-7]{16}$/),
  fc.stringMatching(/^[A-Za-z0-9]{0,21}$/),
  fc.string({ maxLength: 30 }),
  fc.constantFrom('', '-', '0', '00', 'A', 'A\0', 'fp:0123', 'ASIA****************'),
)

test('a key id that was noted is read back, whatever it is made of', () => {
  fc.assert(
    fc.property(fc.array(key), (keys) => {
      const ids = new KeyIds()
      const rows = new Uint32Array(keys.length * 4)
      for (const [i, each] of keys.entries()) {
        ids.note(each)
        rows.set(ids.words, i * 4)
      }
      expect(keys.map((_, i) => ids.text(rows, i * 4))).toEqual(keys)
    }),
    { numRuns: runs(300) },
  )
})

test('each key id has one row, and only those that were added', () => {
  fc.assert(
    fc.property(fc.array(key), fc.array(key), (keys, others) => {
      const table = new KeyTable(2)
      const known = new Map<string, number>()
      for (const each of keys) {
        const row = known.get(each) ?? known.size
        known.set(each, row)
        expect(table.row(each)).toBe(row)
      }
      for (const each of [...keys, ...others]) expect(table.find(each)).toBe(known.get(each) ?? -1)
    }),
    { numRuns: runs(300) },
  )
})

test('it grows beyond its first rooms', () => {
  const table = new KeyTable(2)
  const name = (i: number): string => `ASIA${String(i).padStart(16, 'Q')}`
  for (let i = 0; i < 5_000; i++) table.row(name(i))
  for (let i = 0; i < 5_000; i++) expect(table.find(name(i))).toBe(i)
  expect(table.find(name(5_000))).toBe(-1)
})
