import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Bug } from '#shared/errors.ts'
import { runs } from '#test/property.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import type { Known } from './known.ts'

class Point {
  x: number
  private readonly label: string
  other: Point | undefined
  constructor(x: number, label: string) {
    this.x = x
    this.label = label
  }
  told(): string {
    return `${this.label} at ${this.x}`
  }
}
const order = (a: number, b: number): number => a - b
const settings = { limit: 3 }
const known: Known = {
  classes: [{ name: 'Point', of: Point, make: () => new Point(0, ''), isEntity: true }],
  values: { order, settings },
  entities: [['next', 'n'], ['all']],
}

const bytesOf = (value: unknown): Uint8Array => {
  const bytes = Buffer.concat(encode(value, known))
  return new Uint8Array(bytes)
}
const again = <T>(value: T): T => decode(bytesOf(value), known) as T

describe('what is saved comes back', () => {
  test('any JSON, and values that JSON has not', () => {
    const values = fc.anything({
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
      withUnicodeString: true,
    })
    fc.assert(
      fc.property(values, (value) => {
        expect(again(value)).toEqual(value)
      }),
      { numRuns: runs(300) },
    )
  })

  test.each([
    0,
    -0,
    1,
    -1,
    2 ** 29 - 1,
    2 ** 29,
    -(2 ** 29),
    2 ** 53,
    1e300,
    5e-324,
    0.1,
    NaN,
    Infinity,
    -Infinity,
  ])('the number %s', (n) => {
    // Large whole numbers are told by their distance to one another.
    const list = [n, 1_777_885_200_000, n, 1_777_885_200_001, n, 1_777_885_199_999, n]
    for (const [i, value] of again(list).entries()) expect(Object.is(value, list[i])).toBe(true)
  })

  test('texts of any alphabet, also half characters, and more of them than one run', () => {
    const texts = Array.from({ length: 5000 }, (_, i) => (i % 1500 === 7 ? `é${i}` : `t${i}`))
    texts.push('', '😀', '\ud83d', '\u0000', 'a'.repeat(100_000))
    expect(again(texts)).toEqual(texts)
  })

  test('a graph deeper than any stack', () => {
    type Link = { next: Link | undefined; n: number }
    let first: Link = { next: undefined, n: 0 }
    for (let n = 1; n < 200_000; n++) first = { next: first, n }
    let depth = 0
    for (let at: Link | undefined = again(first); at; at = at.next) depth++
    expect(depth).toBe(200_000)
  })

  test('fields that are called as what objects inherit are only fields', () => {
    const hostile = JSON.parse('{"__proto__":{"isAdmin":true},"constructor":1,"a":2}') as object
    const back = again(hostile) as { isAdmin?: boolean }
    expect(back.isAdmin).toBeUndefined()
    expect(Object.keys(back)).toEqual(['__proto__', 'constructor', 'a'])
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
  })
})

describe('who is who stays', () => {
  test('entities are one in all places, also in circles', () => {
    type Node = { readonly name: string; readonly all: Map<Node | string, Set<Node>> }
    const a: Node = { name: 'a', all: new Map() }
    const b: Node = { name: 'b', all: new Map([['b', new Set([a])]]) }
    a.all.set(b, new Set([a, b]))
    const back = again([a, b, a] as const)
    const [a2, b2, third] = back
    expect(third).toBe(a2)
    expect([...(a2.all.get(b2) ?? [])]).toEqual([a2, b2])
    expect([...(b2.all.get('b') ?? [])][0]).toBe(a2)
    expect(a2).not.toBe(a)
  })

  test('values are copied into each place that holds them', () => {
    const value = { a: 1 }
    const [one, two] = again([value, value])
    expect([one, two]).toEqual([value, value])
    expect(one).not.toBe(two)
  })

  test('instances have their methods, and those of circles too', () => {
    const one = new Point(1, 'one')
    one.other = new Point(2, 'two')
    one.other.other = one
    const back = again(one)
    expect(back).toBeInstanceOf(Point)
    expect(back.told()).toBe('one at 1')
    expect(back.other?.other).toBe(back)
  })

  test('views on one memory share it again', () => {
    const words = new Uint32Array(64)
    const state = { words, times: new Float64Array(words.buffer), part: words.subarray(2, 6) }
    state.times[1] = 1.5
    const back = again(state)
    expect(back.times[1]).toBe(1.5)
    back.part[0] = 7
    expect(back.words[2]).toBe(7)
    expect([back.words.length, back.part.length, back.words]).toEqual([
      64,
      4,
      expect.any(Uint32Array),
    ])
  })

  test('the bytes are a copy, and so is what is made of them', () => {
    const state = { words: new Uint32Array([1, 2]), list: [1] }
    const pieces = encode(state, known)
    state.words[0] = 9
    state.list.push(2)
    const bytes = Buffer.concat(pieces)
    const back = decode(bytes, known)
    bytes.fill(0)
    expect(back).toEqual({ words: new Uint32Array([1, 2]), list: [1] })
  })

  test('known values are those of this process', () => {
    const back = again({ order, list: [settings, settings], limit: settings })
    expect(back.order).toBe(order)
    expect(back.list[1]).toBe(settings)
  })
})

function circle(): unknown {
  const values: unknown[] = []
  return values.concat([values.push(values) && values])
}

describe('what cannot be saved is refused, and not lost', () => {
  class Unknown {
    a = 1
  }
  test.each([
    ['an instance of an unknown class', { deep: [new Unknown()] }, 'Unknown is none'],
    ['an unknown function', { judge: () => 1 }, 'a function judge is none'],
    ['a date', new Map([['a', new Date(0)]]), 'Date is none'],
    ['a pattern', [/a/], 'RegExp is none'],
    ['a whole number without end', [1n], 'a bigint'],
    ['a Buffer', [Buffer.from('a')], 'a Buffer'],
    ['a circle of values', circle(), 'no circles except through entities'],
  ])('%s', (_, value, says) => {
    expect(() => encode(value, known)).toThrow(Bug)
    expect(() => encode(value, known)).toThrow(says)
  })

  test('bytes of another format, cut ones, and names that are not known here', () => {
    const bytes = bytesOf({ order, point: new Point(1, 'a') })
    expect(() => decode(bytes.subarray(0, bytes.length - 1), known)).toThrow('cut')
    const other = Buffer.from(
      Buffer.from(bytes).toString('latin1').replace('"format":1', '"format":9'),
      'latin1',
    )
    expect(() => decode(other, known)).toThrow('of format 9')
    expect(() => decode(bytes, { ...known, classes: [] })).toThrow('hold a Point')
    expect(() => decode(bytes, { ...known, values: {} })).toThrow('value that is not known here')
  })
})
