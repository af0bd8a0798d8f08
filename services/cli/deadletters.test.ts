import { expect, test } from 'vitest'
import { memoryEffects } from '#infra/memory/effects.ts'
import type { Normalised, RawRecord } from '#shared/messages/record.ts'
import { deadletters } from './deadletters.ts'
import { dispatch } from './dispatch.ts'
import { noMachine } from '#test/machine.ts'

/** Maps what has a time, and nothing else. */
const normalise = ({ value }: RawRecord): Normalised =>
  typeof value === 'object' && value !== null && 'eventTime' in value
    ? { as: 'mapped', record: 'r', activities: [] }
    : { as: 'dead', reason: 'no eventTime', field: 'eventTime' }

const good = '{"eventTime":"2026-05-04T09:00:00Z"}'
const timeless = '{"eventName":"X","responseElements":{"secretAccessKey":"abc"}}'
const logs = `${good}\n{"broken\n${timeless}\n`

async function run(text: string, ...words: readonly string[]) {
  const out: string[] = []
  const err: string[] = []
  const source = {
    name: 'logs.json',
    size: text.length,
    open: async function* () {
      yield Buffer.from(text)
    },
  }
  const status = await dispatch(['deadletters', ...words], [deadletters(normalise)], {
    stdout: { write: (line) => out.push(line), isTerminal: false },
    stderr: { write: (line) => err.push(line), isTerminal: false },
    files: {
      find: async (paths) => ({
        sources: text === '' ? [] : [source],
        unread: paths.includes('gone') ? [{ path: 'gone', reason: 'no such file' }] : [],
      }),
      gunzip: (bytes) => bytes,
    },
    effects: memoryEffects,
    machine: noMachine,
    cwd: '/',
    version: '1',
    environment: {},
    readText: () => undefined,
  })
  return { status, out: out.join(''), err: err.join('') }
}

const parsed = (out: string): unknown[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

test('list gives the letters of reading and of normalising', async () => {
  const { status, out } = await run(logs, 'list', '--from', 'x', '--json')
  expect(status).toBe(0)
  expect(parsed(out)).toEqual([
    {
      id: expect.any(String),
      reason: 'not valid JSON',
      field: '',
      source: 'logs.json',
      offset: 37,
    },
    {
      id: expect.any(String),
      reason: 'no eventTime',
      field: 'eventTime',
      source: 'logs.json',
      offset: 46,
    },
  ])
  expect((await run(logs, 'list', '--from', 'x')).out).toContain(
    'logs.json@46  eventTime: no eventTime',
  )
})

test('explain says what is wrong and what to do, and shows no secret', async () => {
  const [, letter] = parsed((await run(logs, 'list', '--from', 'x', '--json')).out)
  const { id } = letter as { id: string }
  const { status, out } = await run(logs, 'explain', id, '--from', 'x')
  expect(status).toBe(0)
  expect(out).toContain('Without its time a record proves nothing')
  expect(out).toContain('[redacted]')
  expect(out).not.toContain('abc')
  expect((await run(logs, 'explain', 'unknown', '--from', 'x')).status).toBe(4)
})

test('replay tries stored letters again', async () => {
  const letter = (text: string) =>
    JSON.stringify({ id: 'i', reason: 'r', field: '', source: 's', offset: 1, text })
  const stored = [letter(good), letter(timeless), letter('{"broken')].join('\n')
  const { out } = await run(stored, 'replay', '--from', 'x', '--json')
  expect(parsed(out)).toEqual([{ retried: 3, revived: 1, mapped: 1, ignored: 0, dead: 2 }])
  const kept = await run(logs, 'list', '--from', 'x', '--json', '--text')
  const again = await run(kept.out, 'replay', '--from', 'x')
  expect(again.out).toContain('0 of 2 stored dead letters map now')
})

test('nothing to read is a failure; nothing asked is a usage error', async () => {
  const { status, err } = await run('', 'list', '--from', 'gone')
  expect(status).toBe(1)
  expect(err).toContain('gone: no such file')
  expect((await run(logs, 'explain')).status).toBe(2)
  expect((await run(logs, 'forget', '--from', 'x')).status).toBe(2)
})
