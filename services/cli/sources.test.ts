import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { commandLine, linesOf } from '#test/command-line.ts'
import { noMachine } from '#test/machine.ts'
import { manualScheduler } from '#infra/memory/scheduler.ts'
import { openBeside } from '#infra/sqlite/data-file.ts'
import { scratch, type Scratch } from '#infra/sqlite/scratch.fixture.ts'
import type { SourceRow } from '#shared/ports/source-store.ts'
import { sourceOf } from '#services/doors/tokens.ts'

const places: Scratch[] = []
afterEach(() => {
  for (const place of places.splice(0)) place.end()
})

/** The command over a data file of its own; each token is another one. */
function desk() {
  const place = scratch()
  places.push(place)
  let drawn = 0
  const machine = {
    ...noMachine,
    beside: openBeside,
    scheduler: manualScheduler(1_777_885_200_000),
    chance: (bytes: number) => new Uint8Array(bytes).fill(++drawn),
  }
  const sources = async (...argv: string[]) =>
    await commandLine({}, ['sources', ...argv, '--data', place.file], false, machine)
  const rows = (): readonly SourceRow[] => {
    const data = openBeside(place.file)
    const all = data.sources.all()
    data.close()
    return all
  }
  const who = (token: string): string | undefined =>
    sourceOf(rows(), `Bearer ${token.trim()}`)?.name
  return { sources, rows, who, file: place.file }
}

describe('keytrail sources', () => {
  test('add shows the token once, alone on standard output', async () => {
    const { sources, who, file } = desk()
    const { status, out, err } = await sources('add', 'ledger-host', '--agent', 'ledger')
    expect(status).toBe(0)
    expect(out).toMatch(/^ktr_[\w-]{43}\n$/)
    expect(err).toContain('shown once')
    expect(who(out)).toBe('ledger-host')
    const listed = await sources('list')
    expect(listed.out).toContain('ledger-host  ledger')
    expect(readFileSync(file, 'latin1') + listed.out).not.toContain(out.trim().slice(4))
  })

  test('list says what each may', async () => {
    const { sources } = desk()
    await sources('add', 'b', '--all-agents', '--rate', '50', '--silence', '60')
    await sources('add', 'a', '--agent', 'x', '--agent', 'y', '--json')
    expect(linesOf((await sources('list', '--json')).out)).toEqual([
      { name: 'a', agents: ['x', 'y'], created: '2026-05-04T09:00:00.000Z', tokens: 1 },
      {
        name: 'b',
        agents: ['*'],
        rate: 50,
        silence: 60,
        created: '2026-05-04T09:00:00.000Z',
        tokens: 1,
      },
    ])
    expect((await sources('list')).out).toContain('every agent')
  })

  test('rotate gives a new token, and the old one works until it is finished', async () => {
    const { sources, who } = desk()
    const first = (await sources('add', 'a', '--all-agents')).out
    const second = (await sources('rotate', 'a')).out
    expect([who(first), who(second)]).toEqual(['a', 'a'])
    await sources('rotate', 'a', '--finish')
    expect([who(first), who(second)]).toEqual([undefined, 'a'])
    const third = (await sources('rotate', 'a', '--now')).out
    expect([who(second), who(third)]).toEqual([undefined, 'a'])
  })

  test('at most two tokens work at once', async () => {
    const { sources, who } = desk()
    const first = (await sources('add', 'a', '--all-agents')).out
    await sources('rotate', 'a')
    await sources('rotate', 'a')
    expect(who(first)).toBeUndefined()
  })

  test('a removed source is nobody', async () => {
    const { sources, who } = desk()
    const token = (await sources('add', 'a', '--all-agents')).out
    expect((await sources('remove', 'a')).status).toBe(0)
    expect(who(token)).toBeUndefined()
    expect((await sources('remove', 'a')).status).toBe(4)
    expect((await sources('rotate', 'a')).status).toBe(4)
  })

  test.each([
    [[]],
    [['add']],
    [['add', 'a']],
    [['add', 'a/b', '--all-agents']],
    [['add', 'a', '--all-agents', '--agent', 'x']],
    [['add', 'a', '--agent', '*']],
    [['add', 'a', '--agent', '']],
    [['add', 'a', '--all-agents', '--rate', '0']],
    [['add', 'a', 'b', '--all-agents']],
    [['rotate']],
    [['constructor']],
  ])('what cannot be meant: %j', async (argv) => {
    const { sources, rows } = desk()
    expect((await sources(...argv)).status).toBe(2)
    expect(rows()).toEqual([])
  })

  test('a name that is taken is not replaced', async () => {
    const { sources, who } = desk()
    const token = (await sources('add', 'a', '--all-agents')).out
    expect((await sources('add', 'a', '--agent', 'x')).status).toBe(2)
    expect(who(token)).toBe('a')
  })
})
