import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { gunzip } from '#infra/files/gunzip.ts'
import { Unreadable } from '#shared/ports/sources.ts'
import type { ByteSource, Files } from '#shared/ports/sources.ts'
import type { RawBatch } from './batch.ts'
import { readPaths } from './read-paths.ts'

const event = (n: number) => ({
  eventVersion: '1.11',
  eventSource: 'sts.amazonaws.com',
  eventName: `Call${n}`,
})
const lines = (from: number, to: number) => {
  let text = ''
  for (let n = from; n < to; n++) text += `${JSON.stringify(event(n))}\n`
  return text
}

type Content = Uint8Array | string | Error

/** Files that stand in memory; an `Error` is thrown after the bytes before it. */
function memory(contents: Record<string, readonly Content[]>): Files {
  const sources = Object.entries(contents).map(([name, chunks]): ByteSource => ({
    name,
    size: chunks.reduce((sum, chunk) => sum + (chunk instanceof Error ? 0 : chunk.length), 0),
    open: async function* () {
      for (const chunk of chunks) {
        if (chunk instanceof Error) throw chunk
        yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      }
    },
  }))
  return { find: () => Promise.resolve({ sources, unread: [] }), gunzip }
}

async function read(contents: Record<string, readonly Content[]>, batch?: number) {
  const batches: RawBatch[] = []
  const options = batch === undefined ? {} : { batch }
  for await (const one of readPaths(['x'], memory(contents), options)) batches.push(one)
  return {
    batches,
    values: batches.flatMap(({ records }) => records.map(({ value }) => value)),
    dead: batches.flatMap(({ dead }) => dead),
    ignored: batches.flatMap(({ ignored }) => ignored.map(({ reason }) => reason)),
    unread: batches.flatMap(({ unread }) => unread),
  }
}

const three = [event(0), event(1), event(2)]
const utf16 = (text: string, order: 'le' | 'be') => {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le')
  return order === 'le' ? bytes : bytes.swap16()
}

describe('the first bytes decide how a file is read', () => {
  const list = JSON.stringify({ Records: three })
  const files: Record<string, readonly Content[]> = {
    'plain text': [lines(0, 3)],
    gzip: [gzipSync(list)],
    'gzip in gzip': [gzipSync(gzipSync(list))],
    'gzip of several members': [Buffer.concat([gzipSync(lines(0, 2)), gzipSync(lines(2, 3))])],
    'gzip in small chunks': [...gzipSync(lines(0, 3))].map((byte) => Uint8Array.of(byte)),
    'UTF-8 with BOM': [`\uFEFF${list}`],
    CRLF: [lines(0, 3).replaceAll('\n', '\r\n')],
    'UTF-16 LE with BOM': [utf16(list, 'le')],
    'UTF-16 BE with BOM': [utf16(list, 'be')],
    'UTF-16 LE without BOM': [utf16(list, 'le').subarray(2)],
    'UTF-16 with an odd cut': [utf16(list, 'le').subarray(0, 701), utf16(list, 'le').subarray(701)],
    'Athena CSV': [
      'eventversion,eventsource,eventname,requestparameters\n"1.11",sts.amazonaws.com,Call0,\n1.11,sts.amazonaws.com,"Call1",\r\n1.11,sts.amazonaws.com,Call2,',
    ],
  }
  test.each(Object.entries(files))('%s', async (name, chunks) => {
    const seen = await read({ [name]: chunks })
    expect(seen).toMatchObject({ values: three, dead: [], ignored: [], unread: [] })
  })

  const refused: Record<string, Content> = {
    'a zip archive': 'PK\u0003\u0004....',
    zstd: Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 1),
    Parquet: 'PAR1....',
    'binary data': Uint8Array.of(1, 2, 0, 4),
  }
  test.each(Object.entries(refused))('%s is refused by name', async (name, bytes) => {
    const { dead, values } = await read({ file: [bytes] })
    expect(values).toEqual([])
    expect(dead).toMatchObject([{ reason: `${name}: not read`, source: 'file', offset: 0 }])
  })

  test('files without records are told', async () => {
    const { ignored } = await read({ a: [''], b: ['{"Records":[]}'], c: [gzipSync('')] })
    expect(ignored).toEqual(['empty file', 'file without records', 'empty file'])
  })
})

describe('damage costs only what it hit', () => {
  test('a gzip that was cut gives the records before the cut, and one dead letter', async () => {
    const whole = gzipSync(lines(0, 5000))
    const { values, dead, unread } = await read({ f: [whole.subarray(0, whole.length - 500)] })
    expect(values.length).toBeGreaterThan(1000)
    expect(values).toEqual(Array.from(values, (_, n) => event(n)))
    expect(dead).toHaveLength(1)
    expect(dead[0]?.reason).toContain('gzip that ends too early')
    expect(unread).toEqual([])
  })

  test('a damaged gzip does not stop the next file', async () => {
    const bad = Buffer.from(gzipSync(lines(0, 100)))
    bad.fill(0xff, 12, 40)
    const { values, dead } = await read({ a: [bad], b: [lines(0, 3)] })
    expect(values).toEqual(three)
    expect(dead).toMatchObject([{ source: 'a', reason: 'damaged gzip' }])
  })

  test('a file that cannot be read on is told in unread; what came is kept', async () => {
    const seen = await read({
      a: [lines(0, 3), new Unreadable('permission denied')],
      b: [lines(0, 3)],
    })
    expect(seen.values).toEqual([...three, ...three])
    expect(seen.unread).toEqual([{ path: 'a', reason: 'permission denied' }])
    const none = await read({ a: [new Unreadable('no such file or folder')] })
    expect(none.unread).toEqual([{ path: 'a', reason: 'no such file or folder' }])
  })

  test('a dead letter has its place and no secrets', async () => {
    const bad = '{"eventName":"X","sessionToken":"FwoGZXIvYXdz","a":nope}'
    const { dead } = await read({ f: [`${lines(0, 1)}${bad}\n`] })
    expect(dead).toMatchObject([
      { reason: 'not valid JSON', source: 'f', offset: lines(0, 1).length },
    ])
    expect(dead[0]?.text).toBe('{"eventName":"X","sessionToken":"[redacted]","a":nope}')
  })
})

test('batches are bounded, and progress goes to the end', async () => {
  const { batches, values } = await read({ a: [lines(0, 25)], b: [gzipSync(lines(0, 5))] }, 10)
  expect(values).toHaveLength(30)
  expect(Math.max(...batches.map(({ records }) => records.length))).toBe(10)
  const last = batches.at(-1)?.progress
  expect(last).toMatchObject({ files: 2, totalFiles: 2 })
  expect(last?.bytes).toBe(last?.totalBytes)
})

describe('sisters of a trail', () => {
  const digest = JSON.stringify({
    awsAccountId: '111122223333',
    digestStartTime: 'x',
    logFiles: [],
  })
  const sister = 'AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/a.json'

  test('beside audit logs they are left aside by their place, and told', async () => {
    const result = await read({ [sister]: [digest], 'AWSLogs/logs.json': [lines(0, 3)] })
    expect(result.values).toEqual(three)
    expect(result.ignored).toEqual([])
    expect(result.batches.flatMap(({ skipped }) => skipped ?? [])).toEqual([
      { pointer: { source: sister, offset: 0 }, reason: 'CloudTrail digest file' },
    ])
  })

  test('alone they are read, and ignored by what they hold', async () => {
    const result = await read({ [sister]: [digest] })
    expect(result.batches.flatMap(({ skipped }) => skipped ?? [])).toEqual([])
  })
})

describe('no file stays open', () => {
  const content = Buffer.from(lines(0, 20_000))
  const zip = Buffer.concat([Buffer.from('PK\u0003\u0004'), content])
  const chunk = 256 * 1024

  /** Four files of the same bytes, and how many of them were opened and closed. */
  function counted(bytes: Uint8Array) {
    const count = { opened: 0, closed: 0 }
    const open = async function* () {
      count.opened++
      try {
        for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk)
      } finally {
        count.closed++
      }
    }
    const sources = ['a', 'b', 'c', 'd'].map((name) => ({ name, size: bytes.length, open }))
    const files: Files = { find: () => Promise.resolve({ sources, unread: [] }), gunzip }
    return { count, files }
  }

  test.each([
    ['plain', content],
    ['gzip', gzipSync(content, { level: 0 })],
  ])('where reading stops early: %s', async (_, bytes) => {
    const { count, files } = counted(bytes)
    for await (const { records } of readPaths(['x'], files, { batch: 10 })) {
      expect(records.length).toBeGreaterThan(0)
      break
    }
    expect(count.opened).toBeGreaterThan(1)
    expect(count.closed).toBe(count.opened)
  })

  test('where what was opened is refused', async () => {
    const { count, files } = counted(zip)
    const dead = []
    for await (const batch of readPaths(['x'], files)) dead.push(...batch.dead)
    expect(dead).toHaveLength(4)
    expect(count).toEqual({ opened: 4, closed: 4 })
  })
})
