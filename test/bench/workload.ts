import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Truth } from './score.ts'

const generator = fileURLToPath(new URL('./workload/generate.mjs', import.meta.url))

/** What is generated: distinct records, and credentials that are alive when they begin. */
export type WorkloadSize = {
  readonly events: number
  readonly tokens: number
  /** Every live credential has been used once before the clock starts, not only leased. */
  readonly used?: boolean
  readonly seed?: number
}

/** Files of one workload. */
export type Workload = {
  readonly preload: string
  readonly events: string
  readonly truth: string
}

/** Writes a workload into an empty folder, in a process of its own: its memory is none of ours. */
export async function generate(folder: string, size: WorkloadSize): Promise<Workload> {
  const { events, tokens, used = false, seed = 1 } = size
  const numbers = ['--events', events, '--tokens', tokens, '--seed', seed].map(String)
  const options = [...numbers, '--out', folder, '--gz', ...(used ? ['--used'] : [])]
  await promisify(execFile)(process.execPath, ['--max-old-space-size=6144', generator, ...options])
  return {
    preload: join(folder, 'preload.ndjson'),
    events: join(folder, 'events.ndjson.gz'),
    truth: join(folder, 'truth.jsonl'),
  }
}

export async function readTruth({ truth }: Workload): Promise<Truth[]> {
  const text = await readFile(truth, 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Truth)
}
