import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ownDataFile } from '#infra/sqlite/data-file.ts'
import { scratch, type Scratch } from '#infra/sqlite/scratch.fixture.ts'
import type { DataFile } from '#shared/ports/data-file.ts'
import { adviceFor } from '#services/ingest/advice.ts'
import { commandLine, linesOf } from '#test/command-line.ts'

let place: Scratch
let served: DataFile
const at = Date.UTC(2026, 0, 5, 12)
const letter = (id: string, reason = 'not valid JSON') => ({
  id,
  reason,
  field: 'document',
  source: 'trail/day\u001B[31m.json',
  offset: 12,
  text: 'CANARY',
})

/** A data file that another process serves, with three letters of two reasons. */
beforeEach(() => {
  place = scratch()
  served = ownDataFile(place.file)
  served.letters.add([letter('a'), letter('b', 'DATA_LOSS: gone'), letter('c')], at)
})
afterEach(() => {
  served.close()
  place.end()
})

const run = (...argv: string[]) => commandLine({}, ['deadletters', ...argv, '--data', place.file])

describe('dead letters that serve keeps', () => {
  test('are listed with place, reason and time, and counted by reason, while it runs and after', async () => {
    const { status, out } = await run('list')
    expect(status).toBe(0)
    expect(out).toContain('b  2026-01-05 12:00:00')
    expect(out).toMatch(/day.*\.json@12 {2}document: DATA_LOSS: gone/)
    expect(out).toMatch(/ 2 {2}not valid JSON/)
    expect(out).not.toContain('\u001B')
    served.close()
    expect((await run('list')).out).toBe(out)
  })

  test('are JSON lines of two kinds', async () => {
    const { text: _, ...kept } = letter('a')
    const lines = linesOf((await run('list', '--json')).out)
    expect(lines).toHaveLength(5)
    expect(lines[0]).toEqual({ type: 'letter', ...kept, at: '2026-01-05T12:00:00.000Z' })
    expect(lines.filter(({ type }) => type === 'count')).toEqual([
      { type: 'count', reason: 'DATA_LOSS: gone', count: 1 },
      { type: 'count', reason: 'not valid JSON', count: 2 },
    ])
  })

  test('are listed page by page', async () => {
    const first = await run('list', '--limit', '2', '--json')
    const idsOf = (out: string) => linesOf(out).flatMap(({ id }) => id ?? [])
    expect(idsOf(first.out)).toEqual(['a', 'b'])
    expect(first.err).toContain('--after b')
    const second = await run('list', '--limit', '2', '--after', 'b', '--json')
    expect([idsOf(second.out), second.err]).toEqual([['c'], ''])
    expect((await run('list', '--after', 'z')).status).toBe(4)
  })

  test('are explained: what the reason means, what to do, and that the text is not kept', async () => {
    const { status, out } = await run('explain', 'b')
    expect(status).toBe(0)
    expect(out).toContain('Records are gone that were never read')
    expect(out).toContain('not kept')
    expect(out).not.toContain('CANARY')
    expect(out).not.toContain('\u001B')
    const [said] = linesOf((await run('explain', 'b', '--json')).out)
    expect(said).toMatchObject({ id: 'b', text: null, advice: adviceFor('DATA_LOSS: gone') })
    expect((await run('explain', 'z')).status).toBe(4)
  })

  test('cannot be tried again: that is said, with what can be done', async () => {
    const { status, err } = await run('replay')
    expect(status).toBe(2)
    expect(err).toContain('keeps no text')
    expect(err).toContain('--from')
  })

  test('nothing of what was meant otherwise is guessed', async () => {
    expect((await run('list', '--from', 'x')).status).toBe(2)
    expect((await run('list', 'x')).status).toBe(2)
    expect((await run('explain', 'a', 'x')).status).toBe(2)
    expect((await run('list', '--limit', '0')).status).toBe(2)
    expect((await run('forget')).status).toBe(2)
  })

  test('no letters are no failure; no data file is one, and none is made', async () => {
    const empty = scratch()
    ownDataFile(empty.file).close()
    const { out } = await commandLine({}, ['deadletters', 'list', '--data', empty.file])
    expect(out).toContain('No dead letters')
    empty.end()
    const gone = await commandLine({}, ['deadletters', 'list', '--data', empty.file])
    expect(gone.status).toBe(1)
    expect(gone.err).toContain(empty.file)
  })
})

test.each([
  'this source may not speak for that agent',
  'task looks like a secret, not like a public id',
  'a report of an agent where only records of CloudTrail may be',
  'no notification of objects, in a queue of files',
  'a bucket that the settings do not name',
  'holds more than 20000 elements; the rest of it is left',
])('what serve alone refuses has its own advice: %s', (reason) =>
  expect(adviceFor(reason)).not.toBe(adviceFor('anything else')),
)
