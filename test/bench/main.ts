/**
 * `npm run bench -- [--json] [--size smoke|standard]`: how fast, how small and how right Keytrail is on the workload TLSB-1.
 * Each size is measured in a process of its own, because one that holds a million credentials slows the next.
 */
import { spawn } from 'node:child_process'
import { writeSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measureDurable, type Durable } from './durable.ts'
import { comeUp, fill, loadOf, type Load, type Start } from './load.ts'
import { measure, type Measured } from './measure.ts'
import { resultOf, tableOf } from './report.ts'
import { isSizeName, sizes, type RateSize, type SizeName } from './sizes.ts'
import { generate, type Workload, type WorkloadSize } from './workload.ts'

const usage = 'Usage: npm run bench -- [--json] [--size smoke|standard]\n'
const self = fileURLToPath(import.meta.url)

/** What the child does: measures one workload and prints the result. */
async function measureHere(text: string): Promise<void> {
  const { workload, rounds } = JSON.parse(text) as { workload: Workload; rounds: number }
  process.stdout.write(JSON.stringify(await measure(workload, rounds)))
}

/** The same for the durable loop. */
async function durableHere(text: string): Promise<void> {
  const { workload } = JSON.parse(text) as { workload: Workload }
  process.stdout.write(JSON.stringify(await measureDurable(workload)))
}

type Filling = { readonly file: string; readonly preload: string }

/** What is measured of a start needs a process that knows nothing yet. */
async function fillHere(text: string): Promise<void> {
  const { file, preload } = JSON.parse(text) as Filling
  await fill(file, preload, () => writeSync(1, 'filled'))
}

async function comeUpHere(text: string): Promise<void> {
  const { file } = JSON.parse(text) as Filling
  process.stdout.write(JSON.stringify(await comeUp(file)))
}

async function main(argv: string[]): Promise<number> {
  const options = read(argv)
  if (!options) {
    process.stderr.write(usage)
    return 2
  }
  const { size, json } = options
  const { scored, rateEvents, live, rounds } = sizes[size]
  const folder = await mkdtemp(join(tmpdir(), 'keytrail-bench-'))
  try {
    const scoredResult = await inFolder(folder, scored, (workload) => measured(workload, rounds))
    const rate = (name: RateSize, use = rated): Promise<Measured> =>
      inFolder(folder, { events: rateEvents, tokens: live[name], used: true }, use)
    let load: Load | undefined
    const rates = {
      '10k': await rate('10k'),
      '100k': await rate('100k'),
      '1M': await rate('1M', async (workload) => {
        load = await loaded(folder, workload)
        return await rated(workload)
      }),
    }
    if (!load) throw new Error('no start was measured')
    const cpu = cpus()[0]?.model ?? 'unknown'
    const durable = await inFolder(folder, scored, (workload) =>
      asked<Durable>('durable', { workload }),
    )
    const result = resultOf({ size, cpu, rateEvents }, scoredResult, rates, durable, load)
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : tableOf(result))
    return 0
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function read(argv: string[]): { size: SizeName; json: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        json: { type: 'boolean', default: false },
        size: { type: 'string', default: 'smoke' },
      },
    })
    return isSizeName(values.size) ? { size: values.size, json: values.json } : undefined
  } catch {
    return undefined
  }
}

/** Generates a workload, uses it, and removes it: the large ones take gigabytes. */
async function inFolder<T>(
  parent: string,
  size: WorkloadSize,
  use: (workload: Workload) => Promise<T>,
): Promise<T> {
  const folder = join(parent, 'workload')
  say(`${size.events} records, ${size.tokens} live credentials: generating`)
  await mkdir(folder)
  const workload = await generate(folder, size)
  say(', measuring')
  const result = await use(workload)
  await rm(folder, { recursive: true, force: true })
  say(', done\n')
  return result
}

const say = (text: string): void => void process.stderr.write(text)

/** What a process of its own measures. */
const asked = async <T>(task: string, request: unknown): Promise<T> =>
  JSON.parse(await child(request, task)) as T

const measured = (workload: Workload, rounds: number): Promise<Measured> =>
  asked('measure', { workload, rounds })
const rated = (workload: Workload): Promise<Measured> => measured(workload, 0)

/** Fills a data file with what is known before a workload begins, and starts on it: after a death, then after an orderly end. */
async function loaded(folder: string, { preload }: Workload): Promise<Load> {
  const file = join(folder, 'keytrail.db')
  await child({ file, preload }, 'fill')
  const dead = await asked<Start>('come up', { file })
  const load = loadOf(file, dead, await asked<Start>('come up', { file }))
  for (const name of await readdir(folder))
    if (name.startsWith('keytrail.db')) await rm(join(folder, name))
  return load
}

function child(request: unknown, task: string): Promise<string> {
  const flags = ['--expose-gc', '--max-old-space-size=8192']
  const args = [...flags, self, task, JSON.stringify(request)]
  const running = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const chunks: Buffer[] = []
  running.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  return new Promise((resolve, reject) => {
    running.once('error', reject)
    running.once('close', (code, signal) => {
      if (code === 0 || (task === 'fill' && signal === 'SIGKILL' && chunks.length > 0))
        resolve(Buffer.concat(chunks).toString())
      else reject(new Error(`measuring ended with status ${code}`))
    })
  })
}

const [first, task = ''] = process.argv.slice(2)
if (first === 'measure') await measureHere(task)
else if (first === 'durable') await durableHere(task)
else if (first === 'fill') await fillHere(task)
else if (first === 'come up') await comeUpHere(task)
else process.exitCode = await main(process.argv.slice(2))
