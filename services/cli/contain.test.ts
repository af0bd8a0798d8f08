import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, test } from 'vitest'
import { manualScheduler } from '#infra/memory/scheduler.ts'
import { openBeside } from '#infra/sqlite/data-file.ts'
import { scratch, type Scratch } from '#infra/sqlite/scratch.fixture.ts'
import type { ContainmentStore } from '#shared/ports/containment.ts'
import { commandLine, linesOf } from '#test/command-line.ts'
import { bench, start, theft } from '#test/contain.ts'
import { noMachine } from '#test/machine.ts'

const places: Scratch[] = []
afterEach(() => {
  for (const place of places.splice(0)) place.end()
})

const key = 'disable-key/key:AKIAEXAMPLE1/1'

/** A data file in which one theft was proposed to be cut, and the commands over it. */
function desk() {
  const place = scratch()
  places.push(place)
  const machine = { ...noMachine, beside: openBeside, scheduler: manualScheduler(start) }
  const run = (...argv: string[]) =>
    commandLine({}, [...argv, '--data', place.file], false, machine)
  const within = async (work: (store: ContainmentStore) => unknown) => {
    const data = openBeside(place.file)
    await work(data.containment)
    data.close()
  }
  const propose = () =>
    within((store) => {
      const on = bench({ mode: 'approve' }, store)
      on.incidents.set('inc-1', theft())
      on.hear(['inc-1'])
    })
  return { run, within, propose, file: place.file }
}

const stateOf = (out: string, order: string): unknown =>
  linesOf(out).find((line) => (line as { key: string }).key === order)

describe('keytrail contain', () => {
  test('shows the plan, whose hash an approval can name', async () => {
    const { run, propose } = desk()
    await propose()
    const { status, out } = await run('contain', 'plan', 'inc-1')
    expect(status).toBe(0)
    expect(out).toContain('disable key AKIAEXAMPLE1 of user agent')
    const hash = /hash ([0-9a-f]{64})/.exec(out)?.[1] ?? ''
    const wrong = await run(
      'approve',
      'inc-1',
      '--option',
      'f'.repeat(64),
      '--contain-approve',
      '*',
    )
    expect(wrong).toMatchObject({ status: 1 })
    expect(wrong.err).toContain('not what you saw')
    const right = await run(
      'approve',
      'inc-1',
      '--option',
      hash,
      '--by',
      'kim',
      '--contain-approve',
      '*',
    )
    expect(right).toMatchObject({ status: 0 })
    const { out: listed } = await run('contain', 'list', '--json')
    expect(stateOf(listed, key)).toMatchObject({ state: 'approved', by: 'kim' })
  })

  test('cuts nothing by itself, and tells who may not', async () => {
    const { run, propose } = desk()
    await propose()
    const apply = await run(
      'contain',
      'apply',
      'inc-1',
      '--contain-approve',
      '*',
      '--contain-protected',
      'AKIAEXAMPLE1',
    )
    expect(apply.status).toBe(0)
    expect(apply.out).toContain('approved')
    expect((await run('approve', 'inc-1', '--by', 'keytrail')).status).toBe(2)
  })

  test('denies, stops, resumes and undoes; unknown ids and nonsense have their own status', async () => {
    const { run, propose } = desk()
    await propose()
    expect((await run('deny', key, '--reason', 'known test')).out).toContain('denied: disable key')
    expect((await run('deny', key)).status).toBe(1)
    expect((await run('contain', 'undo', 'inc-1')).status).toBe(1)
    expect((await run('contain', 'stop', '--reason', 'drill')).status).toBe(0)
    expect((await run('contain', 'list')).out).toContain('STOPPED')
    expect((await run('contain', 'resume')).status).toBe(0)
    expect((await run('contain', 'plan', 'inc-9')).status).toBe(4)
    expect((await run('approve', 'inc-9')).status).toBe(4)
    for (const argv of [
      ['contain'],
      ['contain', 'undo'],
      ['contain', 'stop', 'x'],
      ['approve'],
      ['audit'],
    ])
      expect((await run(...argv)).status).toBe(2)
  })
})

test('who does not say who he is signs as the user of the process', async () => {
  const { run, propose } = desk()
  await propose()
  expect((await run('approve', 'inc-1', '--contain-approve', '*')).status).toBe(0)
  const { out } = await run('contain', 'list', '--json')
  expect(stateOf(out, key)).toMatchObject({ state: 'approved', by: 'operator' })
})

describe('keytrail audit verify', () => {
  test('holds, and finds one changed byte', async () => {
    const { run, propose, file } = desk()
    await propose()
    await run('deny', 'inc-1', '--by', 'kim')
    const before = await run('audit', 'verify', '--json')
    expect(before).toMatchObject({ status: 0 })
    const db = new DatabaseSync(file)
    db.exec('DROP TRIGGER contain_audit_stays')
    db.exec(`UPDATE contain_audit SET body = replace(body, '"kim"', '"bob"') WHERE seq = 3`)
    db.close()
    const after = await run('audit', 'verify')
    expect(after.status).toBe(1)
    expect(after.out).toContain('NOT INTACT: entry 3 was changed')
  })

  test('finds a cut end by the head beside it, and one that was cut there too by a head kept outside', async () => {
    const { run, propose, file } = desk()
    await propose()
    await run('deny', 'inc-1')
    const { head } = linesOf((await run('audit', 'verify', '--json')).out)[0] as {
      head: { seq: number; hash: string }
    }
    const db = new DatabaseSync(file)
    db.exec('DROP TRIGGER contain_audit_whole; DELETE FROM contain_audit WHERE seq > 2')
    expect((await run('audit', 'verify')).out).toContain('its end was cut off')
    db.exec(
      'UPDATE contain_head SET seq = 2, hash = (SELECT hash FROM contain_audit WHERE seq = 2)',
    )
    db.close()
    expect((await run('audit', 'verify')).status).toBe(0)
    expect((await run('audit', 'verify', '--head', `${head.seq}:${head.hash}`)).status).toBe(1)
    expect((await run('audit', 'verify', '--head', 'nonsense')).status).toBe(2)
  })
})

test.each([
  ['contain', 'stop', '--reason', 'emergency'],
  ['contain', 'list'],
  ['contain', 'apply', 'inc-1'],
  ['approve', 'inc-1'],
  ['audit', 'verify'],
  ['sources', 'list'],
])('in the wrong folder %s %s says that there is no data file, and makes none', async (...argv) => {
  const { run, file } = desk()
  const { status, out, err } = await run(...argv)
  expect([status, out]).toEqual([1, ''])
  expect(err).toContain('there is no such data file')
  expect(existsSync(file)).toBe(false)
})
