import { expect, it } from 'vitest'
import { parseDefend } from './defend.ts'

const page = `# What is wanted

## 1. long-attack/records.jsonl (10 records)

### Wanted (1 to 3 incidents; more than 5 is a storm)

| when | what | evidence | technique | weight |
|---|---|---|---|---|
| 10:00 | denied reads through ASIAEXAMPLE000000001 | issue aaaaaaa1 L3, first use bbbbbbb2 L4 | T1552, T1580 | high |

The key → **ASIAEXAMPLE000000002 (stolen)**; do not list ASIAEXAMPLE000000003 as stolen.

| what | count | why it looks bad |
|---|---|---|
| console session ann 11:42:31 | 62, among them AKIAEXAMPLE000000004 | many keys. Exception: ccccccc3 |

## 2. attacks (one a file)

| file | incident | key | evidence | sev |
|---|---|---|---|---|
| ca.read-secrets | 20 reads | ASIAEXAMPLE000000005 ← AKIAEXAMPLE000000006 (other ASIAEXAMPLE000000007) | ddddddd4 (issue eeeeeee5) | low to medium |
`

const wanted = parseDefend(page)

it('reads rows of one long attack: evidence, techniques, weight', () => {
  const [row] = wanted.deeds
  expect(row).toEqual({
    folder: 'long-attack',
    row: 1,
    techniques: ['T1552', 'T1580'],
    evidence: ['aaaaaaa1', 'bbbbbbb2'],
    weight: 'high',
  })
  expect(wanted.counts).toEqual([{ folder: 'long-attack', min: 1, max: 5 }])
})

it('reads what is stolen, and what must not be called so', () => {
  expect(wanted.stolen.map(({ key, stolen }) => [key, stolen])).toEqual([
    ['ASIAEXAMPLE000000002', true],
    ['ASIAEXAMPLE000000003', false],
  ])
})

it('reads what must stay silent, without what the row excepts', () => {
  expect(wanted.silent).toEqual([
    {
      folder: 'long-attack',
      row: 1,
      keys: ['AKIAEXAMPLE000000004'],
      records: [],
      consoles: [{ user: 'ann', time: '11:42:31' }],
    },
  ])
})

it('reads rows of one attack a file: the key that is named first, a range of severities', () => {
  expect(wanted.files).toEqual([
    {
      folder: 'attacks',
      file: 'ca.read-secrets',
      keys: ['ASIAEXAMPLE000000005'],
      evidence: ['ddddddd4'],
      severities: ['low', 'medium'],
    },
  ])
})

it('wants nothing of a page that is empty', () => {
  expect(parseDefend('')).toEqual({ files: [], deeds: [], silent: [], counts: [], stolen: [] })
})
