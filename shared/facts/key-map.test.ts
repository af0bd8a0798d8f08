import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '#test/property.ts'
import { KeyIds } from './key-ids.ts'
import { KeyMap } from './key-map.ts'

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

test('it holds what a Map holds', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.integer())), fc.array(key), (pairs, others) => {
      const [ours, plain] = [new KeyMap<number>(), new Map<string, number>()]
      for (const [name, value] of pairs) {
        ours.set(name, value)
        plain.set(name, value)
      }
      for (const name of [...plain.keys(), ...others]) expect(ours.get(name)).toBe(plain.get(name))
    }),
    { numRuns: runs(300) },
  )
})

test('it grows beyond its first rooms', () => {
  const ours = new KeyMap<number>()
  const name = (i: number): string => `ASIA${String(i).padStart(16, 'Q')}`
  for (let i = 0; i < 5_000; i++) ours.set(name(i), i)
  for (let i = 0; i < 5_000; i++) expect(ours.get(name(i))).toBe(i)
  expect(ours.get(name(5_000))).toBeUndefined()
})
