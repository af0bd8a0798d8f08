import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import type { BenchResult } from './report.ts'

const program = fileURLToPath(new URL('main.ts', import.meta.url))

/** Against hanging only. */
const patience = 300_000

it(
  'the command measures everything that it promises, in its order, and prints one JSON object',
  async () => {
    const args = [program, '--json', '--size', 'glance']
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: patience })
    const result = JSON.parse(stdout) as BenchResult
    expect(result).toMatchObject({ size: 'glance', recall: 1, precision: 1 })
    expect(result.pipeline.epcs).toBeGreaterThan(0)
    expect(Object.keys(result.rate)).toEqual(['10k', '100k', '1M'])
    expect(result.load.credentials).toBeGreaterThan(800)
    expect(result.durable.bytesOnDisk).toBeGreaterThan(0)
  },
  patience,
)

it('what it does not know is a question of usage', async () => {
  const asked = promisify(execFile)(process.execPath, [program, '--size', 'huge'])
  await expect(asked).rejects.toMatchObject({ code: 2 })
})
