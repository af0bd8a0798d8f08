import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { normalise } from '#services/normalise/normalise.ts'
import { messageLimitsOf } from '#services/ingest/limits.ts'
import { configFrom } from '#shared/config.ts'
import { understand, type Holding, type Understood } from './messages.ts'

const reports: Holding = { as: 'activities', speaker: { name: 'in', agents: ['ledger'] } }
const aws: Holding = {
  as: 'cloudtrail',
  normalise: (raw) => normalise(raw, { trustedAccounts: new Set() }),
}
const started = (n: number) => ({
  kind: 'task.started',
  id: `s-${n}`,
  time: '2026-05-04T09:00:00Z',
  task: `t-${n}`,
  agent: 'ledger',
})
const small = { elements: 10, unfoldedBytes: 4_096, parts: 1_000 }

function read(bytes: Uint8Array, holding = reports, bounds = small): Understood {
  const into: Understood = { records: [], dead: [], ignored: 0 }
  understand({ source: 'in', offset: 7, received: 0, bytes }, holding, into, bounds)
  return into
}
const reasons = ({ dead }: Understood): string[] => dead.map(({ reason }) => reason)
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const base64 = (bytes: Uint8Array): string => gzipSync(bytes).toString('base64')

test('a message of too many elements is left at the bound, with one dead letter that names it', () => {
  const reported = Array.from({ length: 30 }, (_, n) => started(n))
  const lines = reported.map((each) => JSON.stringify(each)).join('\n')
  for (const bytes of [
    Buffer.from(lines),
    gzipSync(lines),
    json(reported),
    json({ events: reported }),
    json({ awslogs: { data: base64(Buffer.from(lines)) } }),
  ]) {
    const found = read(bytes)
    expect(found.records).toHaveLength(10)
    expect(found.dead).toMatchObject([{ source: 'in', offset: 7, field: 'document' }])
    expect(reasons(found)).toEqual(['holds more than 10 elements; the rest of it is left'])
  }
})

test('what is no record, or says nothing, counts too', () => {
  const bad = read(gzipSync('{}\n'.repeat(500)))
  expect(bad.dead).toHaveLength(11)
  expect(reasons(bad).at(-1)).toContain('holds more than 10 elements')
  const broken = read(Buffer.alloc(4_000, '{'), reports, { ...small, parts: 10_000 })
  expect(broken.dead).toHaveLength(11)
  const empty = read(Buffer.from(`[${'[],'.repeat(500)}[]]`))
  expect(empty).toMatchObject({ ignored: 10, records: [] })
  expect(empty.dead).toHaveLength(1)
})

test('a message that holds as much as it may is read whole', () => {
  const found = read(json(Array.from({ length: 10 }, (_, n) => started(n))))
  expect(found.records).toHaveLength(10)
  expect(found.dead).toEqual([])
})

test('what unfolds too far is left, however it is folded', () => {
  const bomb = Buffer.alloc(5_000, ' ')
  const half = base64(Buffer.alloc(3_000, ' '))
  for (const bytes of [
    bomb,
    gzipSync(bomb),
    gzipSync(json({ awslogs: { data: base64(bomb) } })),
    json({ Records: [{ kinesis: { data: half } }, { kinesis: { data: half } }] }),
  ])
    expect(reasons(read(bytes, aws))).toEqual([
      'holds more than 4096 bytes unfolded; the rest of it is left',
    ])
})

test('damaged gzip counts as unfolded, since it may break at its end', () => {
  const damaged = Buffer.from(gzipSync('x'))
  damaged.fill(0, damaged.length - 8)
  const data = damaged.toString('base64')
  const found = read(
    json({ Records: Array.from({ length: 30 }, () => ({ kinesis: { data } })) }),
    aws,
    { ...small, elements: 1_000, unfoldedBytes: 4 * 1024 * 1024 },
  )
  // The fourth would take the last of the four MiB, of which the message itself has a little.
  expect(found.dead).toHaveLength(4)
  expect(reasons(found).at(-1)).toContain('unfolded')
})

test('more brackets than may be are not even parsed', () => {
  const found = read(gzipSync(`{"events":[${'{},'.repeat(1_200)}{}]}`))
  expect(reasons(found)).toEqual(['holds more than 1000 brackets; the rest of it is left'])
})

test('a mistake of ours inside gzip is no damage of the message', () => {
  const mistake = new TypeError('a mistake')
  const broken: Holding = {
    as: 'cloudtrail',
    normalise: () => {
      throw mistake
    },
  }
  expect(() => read(gzipSync('{"eventName":"a","eventSource":"b"}'), broken)).toThrow(mistake)
})

test('a message of OTLP holds no more than that either', () => {
  const { speaker } = reports as Extract<Holding, { as: 'activities' }>
  const otlp: Holding = { as: 'otlp', signal: 'traces', encoding: 'json', speaker }
  const spans = (count: number) =>
    json({
      resourceSpans: [{ scopeSpans: [{ spans: Array.from({ length: count }, () => ({})) }] }],
    })
  expect(reasons(read(spans(11), otlp))).toEqual(['more than 10 items'])
  expect(reasons(read(spans(11), otlp, { ...small, elements: 11 }))).not.toContain(
    'more than 10 items',
  )
})

/** Each of them once stopped the process: the loop was blocked, or the heap ran out. */
test.each([
  ['tiny objects', '{}\n'],
  ['open brackets', '{'],
  ['broken records of a list', '[{"eventVersion":1},', '{"a":x},'],
  ['broken records of a wrapper', '{"Records":[', '{"a":x},'],
  ['texts', '["a",', '"a",'],
])('a megabyte of %s makes no more than the default', (_, head, more = head) => {
  const bytes = gzipSync(head + more.repeat((1024 * 1024) / more.length))
  const { elements, unfoldedMegabytes } = configFrom({}).message
  const found = read(bytes, reports, messageLimitsOf(elements, unfoldedMegabytes))
  expect(found.dead.length).toBeLessThanOrEqual(elements + 1)
  expect(reasons(found).at(-1)).toMatch(/^holds more than/)
})
