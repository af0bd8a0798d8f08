import { afterEach, beforeEach, expect, test } from 'vitest'
import { ownDataFile } from '#infra/sqlite/data-file.ts'
import { scratch, type Scratch } from '#infra/sqlite/scratch.fixture.ts'
import type { DataFile } from '#shared/ports/data-file.ts'
import { commandLine, linesOf } from '#test/command-line.ts'

let place: Scratch
let served: DataFile

const delivery = (incident: string, to: string) => ({
  id: `${incident}.1`,
  to,
  incident,
  event: 'raised' as const,
  body: '{"secret":"no"}',
})

/** A data file that another process serves: one delivery waits, two were given up, one of them for nobody. */
beforeEach(() => {
  place = scratch()
  served = ownDataFile(place.file)
  served.outbox.open([
    { name: 'soc', kind: 'webhook', severity: 'low' },
    { name: 'chat', kind: 'slack', severity: 'low' },
  ])
  served.outbox.add([delivery('a', 'soc'), delivery('b', 'soc'), delivery('a', 'old')], 1_000)
  served.outbox.failed({ id: 'a.1', to: 'soc' }, 'no answer', 2_000)
  served.outbox.dead({ id: 'a.1', to: 'soc' }, 'status 410\u001B[31m', 3_000)
  served.outbox.dead({ id: 'a.1', to: 'old' }, 'this destination is configured no more', 4_000)
})
afterEach(() => {
  served.close()
  place.end()
})

const run = (...argv: string[]) => commandLine({}, ['alerts', ...argv, '--data', place.file])

test('list shows every destination, also one that nothing was sent to', async () => {
  const { status, out } = await run('list', '--json')
  expect(status).toBe(0)
  expect(linesOf(out)).toEqual([
    { to: 'old', waiting: 0, delivered: 0, dead: 1 },
    { to: 'soc', waiting: 1, delivered: 0, dead: 1, oldest: '1970-01-01T00:00:01.000Z' },
    { to: 'chat', waiting: 0, delivered: 0, dead: 0 },
  ])
  expect((await run('list', '--to', 'soc')).out).toBe(
    'soc  1 wait since 1970-01-01 00:00:01, 0 delivered, 1 given up\n',
  )
})

test('dead says which and why, without what was sent and without what a terminal obeys', async () => {
  const { out } = await run('dead')
  expect(out.split('\n')).toHaveLength(3)
  expect(out).toContain('a.1  soc  raised')
  expect(out).toContain('after 1 failed attempt: status 410')
  expect(out).not.toContain('\u001B')
  const json = await run('dead', '--to', 'soc', '--limit', '1', '--json')
  expect(linesOf(json.out)).toMatchObject([{ id: 'a.1', to: 'soc', attempts: 1 }])
  expect(json.out).not.toContain('secret')
})

test('one that was given up waits again, whole', async () => {
  expect(await run('retry', 'a.1', '--to', 'soc')).toMatchObject({
    status: 0,
    out: '1 delivery will be tried again.\n',
  })
  const due = served.outbox.due('soc', 1e15, 9)
  expect(due).toMatchObject([{ id: 'a.1', attempts: 0, body: '{"secret":"no"}' }, { id: 'b.1' }])
  expect((await run('retry', 'a.1', '--to', 'soc')).status).toBe(4)
})

test('nothing is revived for a destination that is configured no more', async () => {
  const { status, out, err } = await run('retry', '--all', '--json')
  expect([status, linesOf(out)]).toEqual([1, [{ retried: 1, left: 1 }]])
  expect(err).toContain('old is configured no more')
  expect(served.outbox.deadOnes(9)).toMatchObject([{ to: 'old' }])
})

test.each([
  [[]],
  [['list', 'a.1']],
  [['dead', 'a.1']],
  [['retry']],
  [['retry', 'a.1', '--all']],
  [['retry', 'a.1', 'b.1']],
])('%j says what would be right', async (argv) => {
  expect((await run(...argv)).status).toBe(2)
})
