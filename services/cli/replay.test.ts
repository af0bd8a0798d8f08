import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandLine, linesOf, type Disk } from '#test/command-line.ts'
import { at, places, user } from '../../examples/book/actors.ts'
import { Book } from '../../examples/book/book.ts'

const jsonLines = (list: readonly unknown[]): string =>
  list.map((each) => JSON.stringify(each)).join('\n')

/** A session in two places: one incident. */
function theft(name = 'dana'): Book {
  const book = new Book('theft')
  const run = book.assume(user('dana', places.office), 'deploy', name, 0, { place: places.office })
  for (const second of [5, 60, 180]) book.call(run, 'ecs:DescribeServices', second)
  for (const second of [90, 120])
    book.call(at(run, places.stranger), 'ec2:DescribeInstances', second)
  return book
}

const quiet = new Book('quiet')
quiet.call(user('dana', places.office), 'ec2:DescribeInstances', 0)

const bad = jsonLines(theft().records)
const calm = jsonLines(quiet.records)

test.each<[string, Disk, readonly string[], number]>([
  ['no path', {}, [], 2],
  ['a path that is not there', {}, ['gone'], 1],
  ['only records that are refused', { f: '{"a":1}\n{"b":2}' }, ['f'], 1],
  ['an unknown flag', { f: calm }, ['--jsn', 'f'], 2],
  ['a chance above one', { f: calm }, ['--duplicate', '2', 'f'], 2],
  ['an account of eleven digits', { f: calm }, ['--covers', '11112222333', 'f'], 2],
  ['a quiet file', { f: calm }, ['f'], 0],
  ['a quiet file beside one that is gone', { f: calm }, ['f', 'gone'], 0],
  ['an incident', { f: bad }, ['f'], 3],
  ['an incident beside bad lines', { f: `${bad}\n{"x":1}` }, ['f'], 3],
  ['only records that are ignored by name', { f: '' }, ['f'], 0],
])('exit status of %s', async (_, disk, argv, status) => {
  expect((await commandLine(disk, ['replay', ...argv])).status).toBe(status)
})

test('G2: lines: incidents, all findings, the summary that adds up', async () => {
  const disk = { f: `${bad}\n${bad.split('\n')[1] ?? ''}\n{"x":1}`, g: '' }
  const { out, err } = await commandLine(disk, ['replay', '--json', 'f', 'g', 'gone'])
  const lines = linesOf(out)
  expect(lines.map(({ type }) => type)).toEqual(['incident', 'finding', 'summary'])
  expect(lines[0]).toMatchObject({
    id: expect.stringMatching(/^inc-/),
    severity: 'high',
    title: expect.stringMatching(/\.$/),
    subject: 'principal:111122223333/user/dana',
    holder: { agent: { rank: 'none', id: null, candidates: [], rule: 'no evidence' } },
    findings: [{ detection: 'session-in-two-places', severity: 'high', count: expect.any(Number) }],
    first: '2026-05-04T09:00:05.000Z',
    chain: [
      { principal: '111122223333/user/dana' },
      { principal: '111122223333/role/deploy/dana', edge: { rank: 'exact' } },
    ],
  })
  expect(lines.at(-1)).toMatchObject({
    read: 9,
    mapped: 6,
    duplicate: 1,
    dead: 1,
    ignored: { 'empty file': 1 },
    unread: ['gone'],
    attribution: { exact: 0, none: 6 },
    stamps: { reports: 0, unstamped: 0 },
    incidents: 1,
    outcome: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
  })
  expect(err).toContain('gone: no such file')
})

test('G1: the arrival flags change arrival only', async () => {
  const plain = linesOf((await commandLine({ f: bad }, ['replay', '--json', 'f'])).out).at(-1)
  const flags = [
    '--shuffle',
    '7',
    '--duplicate',
    '1',
    '--delay',
    '3600',
    '--partitions',
    '3',
    '--batch',
    '1',
  ]
  const mixed = linesOf(
    (await commandLine({ f: bad }, ['replay', '--json', ...flags, 'f'])).out,
  ).at(-1)
  expect(mixed).toMatchObject({ read: 12, mapped: 6, duplicate: 6, outcome: plain?.['outcome'] })
})

test('E1: a declared account has a frontier; others are said not to be measurable', async () => {
  const without = linesOf((await commandLine({ f: calm }, ['replay', '--json', 'f'])).out).at(-1)
  expect(JSON.stringify(without?.['notMeasurable'])).toContain('used-without-issue')
  const argv = ['replay', '--json', '--covers', '111122223333', 'f']
  const covered = linesOf((await commandLine({ f: calm }, argv)).out).at(-1)
  expect(JSON.stringify(covered?.['notMeasurable'])).not.toContain('used-without-issue')
  expect(covered?.['frontiers']).toEqual({
    '111122223333': { from: '2026-05-04T09:00:00.000Z', upTo: null },
  })
})

test('what people read: sentence, chain, times, evidence, what is not known; never "all clear" for nothing', async () => {
  const { out } = await commandLine({ f: bad }, ['replay', 'f'])
  expect(out).toContain('▲ HIGH')
  expect(out).toContain('└─ ASIAEXAMPLE')
  expect(out).toContain('2026-05-04 09:00:00 · exact · AssumeRole')
  expect(out).toContain('1 incident: 1 high.')
  expect(out).toContain('Read 6 records = 6 mapped + 0 duplicate + 0 refused + 0 ignored.')
  expect(out).toContain('Not measurable')
  const nothing = await commandLine({ f: '{"a":1}' }, ['replay', 'f'])
  expect(nothing.out).toContain('this run says nothing about your credentials')
  expect(nothing.out).toContain('keytrail deadletters list --from f')
})

test('text that an attacker chose cannot steer the terminal', async () => {
  const { out } = await commandLine(
    { f: jsonLines(theft('\u001B[2Jdana\u202E').records) },
    ['replay', 'f'],
    true,
  )
  expect(out).toContain('\\u{1b}[2Jdana\\u{202e}')
  expect(out).toContain('\u001B[1;31m▲ HIGH\u001B[0m')
  expect(out).not.toContain('\u001B[2J')
  expect(out).not.toContain('\u202E')
})

test('D5: posture is told, opens no incident and changes no exit status', async () => {
  const book = new Book('posture')
  const key = user('crawler', places.cluster)
  book.report('agent.registered', -60, { agent: 'crawler', principals: [key.arn] })
  for (const [i, task] of ['crawl-1', 'crawl-2', 'crawl-3'].entries()) {
    book.report('task.started', 10 * i, { task, agent: 'crawler' })
    book.tool('crawler', task, 'fetch', 10 * i, [book.call(key, 's3:ListBuckets', 10 * i + 1)])
  }
  const disk = { f: jsonLines(book.all) }
  const { status, out } = await commandLine(disk, ['replay', '--json', 'f'])
  expect(status).toBe(0)
  expect(linesOf(out)).toMatchObject([
    { type: 'finding', detection: 'long-lived-key', severity: 'info' },
    {
      type: 'summary',
      incidents: 0,
      stamps: { reports: 7, unstamped: 7 },
      attribution: { exact: 3 },
    },
  ])
  const shown = await commandLine(disk, ['replay', 'f'])
  expect(shown.out).toContain('Posture (no incident)')
  expect(shown.out).toContain('No incident stands in what could be judged.')
  expect(shown.out).toContain('7 agent reports without a door stamp')
})

test('G1: --outcome writes the JSON of which the outcome is the hash', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'keytrail-')), 'outcome.json')
  const { out } = await commandLine({ f: bad }, ['replay', '--json', '--outcome', file, 'f'])
  const text = readFileSync(file)
  expect(linesOf(out).at(-1)?.['outcome']).toBe(
    `sha256:${createHash('sha256').update(text).digest('hex')}`,
  )
  expect(JSON.parse(text.toString())).toMatchObject([
    { subject: 'principal:111122223333/user/dana', severity: 'high', sentence: expect.any(String) },
  ])
})

test('E1: some regions of an account prove nothing about missing records', async () => {
  const argv = ['replay', '--json', '--covers', '111122223333:eu-west-1', 'f']
  const summary = linesOf((await commandLine({ f: calm }, argv)).out).at(-1)
  expect(summary?.['frontiers']).toEqual({})
  expect(JSON.stringify(summary?.['notMeasurable'])).toContain('only some regions')
})

test('a report that holds what looks like a secret is refused, and its text shown nowhere', async () => {
  const secret = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJDQU5BUlkifQ.c2ln'
  const said = { kind: 'task.started', id: 's', time: '2026-05-04T09:00:00Z', agent: 'ledger' }
  const lines = jsonLines([
    { ...said, task: secret },
    { ...said, id: 't', task: 't-1' },
  ])
  const { out, err } = await commandLine({ f: lines }, ['replay', '--json', 'f'])
  expect(linesOf(out).at(-1)).toMatchObject({ read: 2, mapped: 1, dead: 1 })
  expect(out + err).not.toContain(secret)
})

test('parts of a document that were refused are counted beside the record that was mapped', async () => {
  const span = (spanId: string) => ({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId,
    name: 'execute_tool read',
    startTimeUnixNano: '1777885200000000000',
    endTimeUnixNano: '1777885201000000000',
    attributes: [
      { key: 'gen_ai.operation.name', value: { stringValue: 'execute_tool' } },
      { key: 'gen_ai.tool.name', value: { stringValue: 'read' } },
      { key: 'gen_ai.task.id', value: { stringValue: 't-1' } },
    ],
  })
  const spans = [span('b7ad6b7169203331'), span('not hex')]
  const doc = {
    resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: {}, spans }] }],
  }
  const summary = linesOf(
    (await commandLine({ f: JSON.stringify(doc) }, ['replay', '--json', 'f'])).out,
  ).at(-1)
  expect(summary).toMatchObject({ read: 1, mapped: 1, rejected: expect.any(Object) })
  const { out } = await commandLine({ f: JSON.stringify(doc) }, ['replay', 'f'])
  expect(out).toContain('parts of records refused 1 ×')
})
