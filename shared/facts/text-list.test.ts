import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '#test/property.ts'
import { TextList } from './text-list.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc
    .tuple(fc.constantFrom('1/role/a/', '1/role/b/', '', '/'), fc.string({ maxLength: 8 }))
    .map(([head, tail]) => head + tail),
)

test('a text is read back by its number, and told from all others', () => {
  fc.assert(
    fc.property(fc.array(text), text, (texts, other) => {
      const list = new TextList()
      expect(texts.map((each) => list.add(each))).toEqual([...texts.keys()])
      for (const [n, each] of texts.entries()) {
        expect(list.text(n)).toBe(each)
        expect(list.is(n, each)).toBe(true)
        expect(list.is(n, other)).toBe(each === other)
      }
    }),
    { numRuns: runs(300) },
  )
})

test('it grows beyond its first rooms', () => {
  const list = new TextList()
  for (let i = 0; i < 5_000; i++) list.add(`111122223333/role/deploy/run-${i}`)
  for (let i = 0; i < 5_000; i++) expect(list.text(i)).toBe(`111122223333/role/deploy/run-${i}`)
})
