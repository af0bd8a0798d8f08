import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalise } from './canonical.ts'

test('RFC 8785 §3.2.2: strings and numbers as ECMAScript writes them', () => {
  const value = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27, -0],
    string: '€$\u000f\nA\'B"\\"/',
  }
  expect(canonicalise(value)).toBe(
    String.raw`{"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],"string":"€$\u000f\nA'B\"\\\"/"}`,
  )
})

test('RFC 8785 §3.2.3: members by UTF-16 code units, not by code points', () => {
  const names = ['€', '\r', '\ufb33', '1', '😀', '\u0080', 'ö']
  const value = Object.fromEntries(names.map((name, i) => [name, i]))
  expect([...canonicalise(value).matchAll(/:(\d)/g)].map(([, digit]) => Number(digit))).toEqual([
    1, 3, 5, 6, 0, 4, 2,
  ])
})

test('the order of members never matters, and the text is JSON of the same value', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).toReversed())
      expect(canonicalise(turned)).toBe(canonicalise(value))
      expect(JSON.parse(canonicalise(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('a value that is nested without end of sense is cut, not a crash', () => {
  let deep: unknown = 1
  for (let i = 0; i < 50_000; i++) deep = [deep]
  expect(canonicalise(deep)).toContain('…')
})
