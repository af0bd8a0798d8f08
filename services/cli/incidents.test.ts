import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ownDataFile } from '#infra/sqlite/data-file.ts'
import { scratch, type Scratch } from '#infra/sqlite/scratch.fixture.ts'
import { handleFor } from '#shared/messages/desk.ts'
import type { DataFile } from '#shared/ports/data-file.ts'
import { bodyOf, idsOf } from '#services/serve/batch.ts'
import { callWith } from '#test/calls.ts'
import { commandLine, linesOf } from '#test/command-line.ts'
import { deskAt, findingOf, incidentOf } from '#test/incidents.ts'

const [A, B] = [handleFor('a'), handleFor('b')]
let place: Scratch
let served: DataFile

/** A data file that another process serves, with two incidents and two destinations. */
beforeEach(() => {
  place = scratch()
  served = ownDataFile(place.file)
  const { hear } = deskAt(served.desk)
  hear(1, {
    r: [incidentOf([findingOf('a')])],
    q: [incidentOf([findingOf('b', { severity: 'high', says: 'did\u001B[31m that' })])],
  })
  served.outbox.open([
    { name: 'soc', kind: 'webhook', severity: 'low' },
    { name: 'pager', kind: 'pagerduty', severity: 'high' },
  ])
})
afterEach(() => {
  served.close()
  place.end()
})

const run = (...argv: string[]) => commandLine({}, ['incidents', ...argv, '--data', place.file])
const waiting = () => {
  const { outbox } = served
  return outbox.lanes().flatMap(({ name }) => outbox.due(name, 1e15, 10))
}

test('list shows what is not closed, the last changed first, and nothing that a terminal obeys', async () => {
  const { status, out } = await run('list')
  expect(status).toBe(0)
  expect(out.split('\n')).toHaveLength(3)
  expect(out).toContain(A)
  expect(out).toContain(B)
  expect(out).not.toContain('\u001B')
  await run('close', A, '--reason', 'benign')
  expect(linesOf((await run('list', '--json')).out)).toMatchObject([{ id: B, state: 'open' }])
  const closed = linesOf((await run('list', '--state', 'closed', '--json')).out)
  expect(closed).toMatchObject([{ id: A, closed: { reason: 'benign' } }])
  expect(linesOf((await run('list', '--state', 'all', '--limit', '1', '--json')).out)).toHaveLength(
    1,
  )
})

test('show tells the story and what people did', async () => {
  await run('ack', A, '--by', 'ann')
  const { out } = await run('show', A)
  expect(out).toContain('acknowledged by ann')
  expect(out).toContain('raised by keytrail')
  expect(out).toContain('secret-harvest')
  const mark = { at: findingOf('a').first.at, id: 'record-a' }
  const batch = {
    records: [{ record: mark.id, activities: [callWith('run-7', mark)] }],
    dead: [],
    progress: [],
  }
  served.records.note(served.journal.append(bodyOf(batch), 1), idsOf(batch))
  const [line] = linesOf((await run('show', A, '--json')).out)
  expect(line).toMatchObject({ id: A, state: 'acknowledged', revision: 2 })
  expect(line?.['events']).toHaveLength(2)
  expect(line?.['evidence']).toMatchObject([{ class_uid: 6003, metadata: { uid: 'record-a' } }])
})

test('what is decided beside serve is on its desk and in its outbox at once', async () => {
  expect((await run('ack', B, '--by', 'ann')).status).toBe(0)
  expect(served.desk.case(B)).toMatchObject({
    state: 'acknowledged',
    acknowledged: { by: 'ann' },
  })
  expect(waiting().map(({ id, to }) => `${id} ${to}`)).toEqual([`${B}.2 pager`, `${B}.2 soc`])
  await run('close', A, '--reason', 'false-positive', '--note', 'a drill', '--by', 'ann')
  // Not grave enough for the pager.
  expect(waiting().map(({ id, to }) => `${id} ${to}`)).toEqual([
    `${B}.2 pager`,
    `${B}.2 soc`,
    `${A}.2 soc`,
  ])
  await run('reopen', A, '--note', 'no drill')
  expect(served.desk.case(A)).toMatchObject({ state: 'open', revision: 3 })
})

test('twice is once', async () => {
  await run('ack', A)
  const { status, out } = await run('ack', A)
  expect(status).toBe(0)
  expect(out).toContain('is acknowledged by operator')
  expect(served.desk.case(A)?.revision).toBe(2)
})

describe('exit status', () => {
  test.each<[string, readonly string[], number]>([
    ['no verb', [], 2],
    ['a verb of every object', ['constructor'], 2],
    ['no id', ['ack'], 2],
    ['two ids', ['ack', A, B], 2],
    ['no reason', ['close', A], 2],
    ['an unknown reason', ['close', A, '--reason', 'bored'], 2],
    ['into without duplicate', ['close', A, '--reason', 'benign', '--into', B], 2],
    ['an unknown state', ['list', '--state', 'odd'], 2],
    ['an unknown id', ['show', 'inc-00000000'], 4],
    ['an unknown id to close', ['close', 'inc-00000000', '--reason', 'benign'], 4],
    ['a duplicate of nobody', ['close', A, '--reason', 'duplicate', '--into', 'inc-0'], 4],
    ['a duplicate of itself', ['close', A, '--reason', 'duplicate', '--into', A], 1],
    ['a duplicate', ['close', A, '--reason', 'duplicate', '--into', B], 0],
  ])('%s', async (_, argv, status) => expect((await run(...argv)).status).toBe(status))

  test('a file that is not there is no fault of the program', async () => {
    const { status, err } = await commandLine({}, [
      'incidents',
      'list',
      '--data',
      `${place.file}.no`,
    ])
    expect(status).toBe(1)
    expect(err).toContain('there is no such data file')
    expect(err).not.toContain('fault')
  })
})
