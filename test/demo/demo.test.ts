import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Step } from './steps.ts'

const script = fileURLToPath(new URL('main.ts', import.meta.url))

type Ended = {
  readonly status: number
  readonly lines: readonly Partial<Step>[]
  readonly err: string
}

/** Runs the demo as `npm start -- --headless --json` does. */
const demo = (...argv: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const args = [script, '--headless', '--json', ...argv]
    execFile(process.execPath, args, { timeout: 240_000 }, (error, out, err) => {
      const lines = out.split('\n').filter((line) => line.startsWith('{'))
      resolve({
        status: error ? Number(error.code ?? 1) : 0,
        lines: lines.map((line) => JSON.parse(line) as Partial<Step>),
        err,
      })
    })
  })

test('the whole story: found, contained, seen denied, undone, nobody else hurt', async () => {
  const { status, lines, err } = await demo('--attack', 'all', '--seed', '3')
  expect(lines.filter(({ ok }) => ok === false)).toEqual([])
  expect({ status, err }).toEqual({ status: 0, err: '' })
  expect(lines.length).toBeGreaterThan(15)
  const alerts = lines.filter(({ step }) => step === 'alert').map(({ at = 0 }) => at)
  expect(lines.at(-1)).toMatchObject({
    type: 'summary',
    firstAlert: Math.min(...alerts),
    story: expect.any(Number) as number,
    quick: expect.any(Boolean) as boolean,
  })
}, 250_000)

test('a day without attack wakes nobody', async () => {
  const { status, lines, err } = await demo('--attack', 'none', '--seed', '5')
  expect(lines.filter(({ ok }) => ok === false)).toEqual([])
  expect({ status, err }).toEqual({ status: 0, err: '' })
  expect(lines.at(-1)).toMatchObject({ type: 'summary', firstAlert: null })
}, 250_000)

test('arguments that cannot be meant are told with what may be', async () => {
  const { status, err } = await demo('--attack', 'everything')
  expect(status).toBe(2)
  expect(err).toContain('--attack is one of reuse, pivot, after-end, all, none')
})
