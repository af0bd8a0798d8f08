import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { measure, type Measured } from './measure.ts'
import { generate, type Workload } from './workload.ts'

let folder: string
let workload: Workload
let measured: Measured

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keytrail-bench-test-'))
  workload = await generate(folder, { events: 20_000, tokens: 1_000 })
  measured = await measure(workload, 0)
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

it('is the same bytes for the same seed and options', async () => {
  const bytes = await readFile(join(folder, 'events.ndjson'))
  expect(createHash('sha256').update(bytes).digest('hex').slice(0, 16)).toBe('019ad72e146826a5')
})

it('floor and pipeline read the same records', async () => {
  const text = await readFile(join(folder, 'events.ndjson'), 'utf8')
  expect(measured.records).toBe(text.split('\n').length - 1)
})

it('finds all of what the truth says and nothing else', () => {
  const { rules, recall, precision } = measured.score
  expect({ recall, precision }, JSON.stringify(rules)).toEqual({ recall: 1, precision: 1 })
  expect(rules['R1+R3']?.expected).toBeGreaterThan(0)
})

it('knows the preloaded credentials', () => {
  expect(measured.credentials).toBeGreaterThanOrEqual(1_000)
})
