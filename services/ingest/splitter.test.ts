import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from './limits.ts'
import { reasons } from './piece.ts'
import { Splitter } from './splitter.ts'
import type { Piece } from './piece.ts'

/** Cuts the bytes into pieces, given in chunks of these sizes, over and over. */
function split(bytes: Uint8Array, sizes: readonly number[], bounds = limits): Piece[] {
  const splitter = new Splitter(bounds)
  const pieces: Piece[] = []
  const drain = () => {
    for (let piece = splitter.next(); piece; piece = splitter.next()) pieces.push(piece)
  }
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    splitter.push(bytes.slice(at, at + size))
    drain()
    at += size
  }
  splitter.end()
  drain()
  return pieces
}

const bytesOf = (text: string) => new TextEncoder().encode(text)
const whole = (text: string, bounds = limits) => split(bytesOf(text), [text.length * 4 + 1], bounds)
const values = (pieces: readonly Piece[]) =>
  pieces.map((piece) => (piece.as === 'value' ? piece.value : piece.reason))

const record = (n: number, extra: object = {}) => ({
  eventVersion: '1.11',
  eventName: `Call${n}`,
  ...extra,
})
const trap = record(2, {
  requestParameters: {
    note: 'x"},{"eventVersion":"1.08"},{"eventVersion',
    list: [{}, { a: [{}] }],
  },
  resources: [{ ARN: '\\"}]}' }, { eventVersion: '}' }],
})
const records = [record(1), trap, record(3, { ä: '😀 \n' }), record(4), trap, record(5)]
const lines = (separator: string) => records.map((one) => JSON.stringify(one)).join(separator)

describe('every shape gives the same records', () => {
  const shapes: Record<string, string> = {
    'JSON lines': lines('\n'),
    'JSON lines with CRLF and blank lines': `${lines('\r\n\r\n')}\r\n`,
    'run together': lines(''),
    'run together with spaces': lines(' '),
    list: JSON.stringify(records),
    'pretty list': JSON.stringify(records, null, 2),
    'pretty documents': records.map((one) => JSON.stringify(one, null, 4)).join('\n'),
    'trail file': JSON.stringify({ Records: records }),
    'pretty trail file': JSON.stringify({ Records: records }, null, 2),
    'trail file as other writers space it': `{ "Records" : [ ${lines(' , ')} ] }`,
    'two trail files in two lines': `{"Records":[${lines(',').slice(0, -JSON.stringify(record(5)).length - 1)}]}\n{"Records":[${JSON.stringify(record(5))}]}`,
    'lookup-events with a token': `{"Events":[${lines(',')}],"NextToken":"]}"}`,
    'filter-log-events': `{"events":[${lines(',')}],"searchedLogStreams":[{"logStreamName":"a"}]}`,
  }
  test.each(Object.entries(shapes))('%s', (_, text) => {
    expect(values(whole(text))).toEqual(records)
    for (const size of [1, 2, 3, 7, 64]) {
      expect(values(split(bytesOf(text), [size]))).toEqual(records)
    }
  })
})

describe('what is no record is told, and the next record is found', () => {
  const good = JSON.stringify(record(1))
  const next = JSON.stringify(record(2))
  const cases: Record<string, { text: string; gives: unknown[] }> = {
    'a line that was cut in a string': {
      text: `{"eventName":"Cu\n${good}\n`,
      gives: [reasons.json, record(1)],
    },
    'a line that was cut between fields': {
      text: `{"a":{"b":1}\n${good}\n${next}`,
      gives: [reasons.json, record(1), record(2)],
    },
    'a broken record in a list': {
      text: `{"Records":[${good},{"eventVersion":oops},${next},${good}]}`,
      gives: [record(1), reasons.json, record(2), record(1)],
    },
    'a record in a list with a raw newline in a string': {
      text: `[${good},${next},{"eventVersion":"1\n"},${good}]`,
      gives: [record(1), record(2), reasons.json, record(1)],
    },
    'a file that was cut in a record': {
      text: `{"Records":[${good},${next.slice(0, 20)}`,
      gives: [record(1), reasons.cut],
    },
    'a file that was cut between records': {
      text: `{"Records":[${good},`,
      gives: [record(1), reasons.open],
    },
    'prose, which makes one dead letter': {
      text: `# Title\n\n[INFO] some words\n2026-05-04 other\n${good}\nend`,
      gives: [reasons.text, record(1), reasons.text],
    },
    'scalars are values: normalise says what they are not': {
      text: '1\n"x"\nnull\n[1,2]\n["a",2]',
      gives: [1, 'x', null, [1, 2], 'a', 2],
    },
    'members behind the records are not lost': {
      text: `{"Records":[${good}],"more":[${next}]}${good}`,
      gives: [record(1), { more: [record(2)] }, record(1)],
    },
    'an empty list': { text: '{"Records":[]}', gives: [] },
  }
  test.each(Object.entries(cases))('%s', (_, { text, gives }) => {
    expect(values(whole(text))).toEqual(gives)
    expect(values(split(bytesOf(text), [5]))).toEqual(gives)
  })

  test('a record over the limit keeps its place and loses its bytes', () => {
    const bounds = { ...limits, recordBytes: 100, documentBytes: 200 }
    const large = JSON.stringify(record(9, { text: 'x}]"'.repeat(100) }))
    const text = `{"Records":[${good},${large},${next}]}`
    for (const sizes of [[3], [1000]]) {
      const pieces = split(bytesOf(text), sizes, bounds)
      expect(values(pieces)).toEqual([record(1), reasons.large(100), record(2)])
      expect(pieces[1]).toMatchObject({ offset: text.indexOf(large), text: '' })
    }
    expect(values(split(bytesOf(`${large}\n${good}`), [9], bounds))).toEqual([
      reasons.large(200),
      record(1),
    ])
  })

  test('JSON nested 100,000 deep is refused, not followed', () => {
    const deep = '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)
    expect(values(whole(`${deep}\n${good}`))).toEqual([reasons.deep, record(1)])
    expect(values(whole(`{"Records":[${deep},${good}]}`))).toEqual([reasons.deep, record(1)])
    const lists = '['.repeat(100_000) + ']'.repeat(100_000)
    expect(values(whole(lists))).toEqual([reasons.deep])
  })

  test('bytes that are no UTF-8 do no harm', () => {
    const bytes = bytesOf(good)
    bytes[good.indexOf('Call1')] = 0xff
    expect(values(split(bytes, [4]))).toEqual([{ ...record(1), eventName: '\uFFFDall1' }])
  })
})

const json = fc.jsonValue({ maxDepth: 4 })
const objects = fc.array(
  fc.dictionary(fc.oneof(fc.constant('eventVersion'), fc.string()), json, { minKeys: 1 }),
  { minLength: 1, maxLength: 8 },
)
const chunks = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })

test('any chunking of any records in any shape gives these records', () => {
  fc.assert(
    fc.property(objects, chunks, fc.constantFrom('', '\n', ' ', '\r\n'), (list, sizes, gap) => {
      const texts = list.map((one) => JSON.stringify(one))
      const parsed = texts.map((text) => JSON.parse(text) as unknown)
      const shapes = [
        texts.join(gap),
        `[${texts.join(`,${gap}`)}]`,
        `{"Records":[${texts.join(`${gap},`)}]}`,
      ]
      const inWrapper = list.some((one) =>
        ['Records', 'Events', 'events', 'Messages'].includes(Object.keys(one)[0] ?? ''),
      )
      fc.pre(!inWrapper)
      for (const shape of shapes) expect(values(split(bytesOf(shape), sizes))).toEqual(parsed)
    }),
    { numRuns: 300 },
  )
})

/** Scraps of JSON that make broken records, prose and traps. */
const scraps = ['{', '}', '[', ']', '"', ',', ':', '\n', '\\', 'a', '1', ' ']
const traps = ['{"Records":[', '{"a":1}', '},{"a"', '\n{']

test('of any bytes, any chunking makes the same pieces, whatever is wrong with them', () => {
  const soup = fc.array(fc.constantFrom(...scraps, ...traps), { maxLength: 40 })
  fc.assert(
    fc.property(
      soup,
      chunks,
      fc.constantFrom(limits.resyncBytes, 8),
      (parts, sizes, resyncBytes) => {
        const bytes = bytesOf(parts.join(''))
        const bounds = { ...limits, resyncBytes }
        expect(split(bytes, sizes, bounds)).toEqual(split(bytes, [bytes.length + 1], bounds))
      },
    ),
    {
      numRuns: 2000,
      examples: [[['{"Records":[', '{"a":1}', '},{"a"', '[', '}', '},{"a"'], [1], 8]],
    },
  )
})

test('behind a broken record goes on where the next one begins as records do here, not within one', () => {
  const record = (n: number) => `{ "id": ${n}, "resources": [ { "ARN": "a" }, { "ARN": "b" } ] }`
  const broken = record(2).replace('"id": 2', '"id" [ 2')
  const text = `[\n  ${[record(1), broken, record(3), record(4)].join(' ,\n  ')}\n]`
  for (const size of [1, 7, 10_000]) {
    const found = values(split(bytesOf(text), [size]))
    expect(found).toMatchObject([{ id: 1 }, 'not valid JSON', { id: 3 }, { id: 4 }])
  }
})

test('records are cut right at every byte between two chunks', () => {
  const bytes = bytesOf(JSON.stringify({ Records: records }))
  for (let cut = 1; cut < bytes.length; cut++) {
    expect(values(split(bytes, [cut, bytes.length]))).toEqual(records)
  }
})
