import { expect, test } from 'vitest'
import { commandLine } from '#test/command-line.ts'
import { places, user } from '../../examples/book/actors.ts'
import { Book } from '../../examples/book/book.ts'

const book = new Book('who command')
const dana = user('dana', places.office)
const run = book.assume(dana, 'deploy', 'nightly', 0, { place: places.office })
const child = book.assume(run, 'reader', 'step', 5, { place: places.office })
book.call(child, 's3:ListBuckets', 10)
const disk = { f: book.all.map((each) => JSON.stringify(each)).join('\n'), odd: '{"a":1}' }

test.each<[string, readonly string[], number]>([
  ['no id', ['--from', 'f'], 2],
  ['no path', [dana.key], 2],
  ['an id that occurs nowhere', ['AKIAEXAMPLENOBODY000', '--from', 'f'], 4],
  ['nothing that can be used', [dana.key, '--from', 'odd'], 1],
  ['a known key', [dana.key, '--from', 'f'], 0],
  ['a known key in one of two paths', [dana.key, '--from', 'odd', 'f'], 0],
])('exit status of %s', async (_, argv, status) => {
  expect((await commandLine(disk, ['who', ...argv])).status).toBe(status)
})

test('one JSON object: holder, became, minted with edges, touched, what is not known', async () => {
  const { out } = await commandLine(disk, ['who', run.key, '--json', '--from', 'f'])
  expect(JSON.parse(out)).toMatchObject({
    subject: `credential:${run.key}`,
    holder: { human: { rank: 'none' }, agent: { rank: 'none' }, task: { rank: 'none' } },
    became: [
      { relation: 'ancestor', key: dana.key },
      {
        relation: 'self',
        key: run.key,
        edge: { rank: 'exact', record: book.records[0]?.['eventID'] },
      },
      { relation: 'descendant', key: child.key, uses: 1 },
    ],
    minted: [
      {
        from: run.key,
        to: child.key,
        record: book.records[1]?.['eventID'],
        rank: 'exact',
        rule: 'AssumeRole: the record names the new key',
      },
    ],
    touched: [
      {
        service: 's3',
        action: 'ListBuckets',
        first: '2026-05-04T09:00:10.000Z',
        latest: '2026-05-04T09:00:10.000Z',
      },
      { service: 'sts', action: 'AssumeRole' },
    ],
    canBecome: 'unknown: no entitlement snapshot',
  })
})

test('people see the tree both ways', async () => {
  const { out } = await commandLine(disk, ['who', dana.key, '--from', 'f'])
  const minted = out.slice(out.indexOf('Minted'))
  expect(minted).toMatch(new RegExp(`^ {2}${dana.key} → ${run.key}`, 'm'))
  expect(minted).toMatch(new RegExp(`^ {5}${run.key} → ${child.key}`, 'm'))
  const up = (await commandLine(disk, ['who', child.key, '--from', 'f'])).out
  expect(up).toMatch(/Comes from\n {2}AKIA/)
  expect(up).toContain('Can become  unknown')
})
