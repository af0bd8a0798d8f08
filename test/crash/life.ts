import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { CrashPoint } from '#services/serve/crash-points.ts'
import { killedAt, type Life } from './child.ts'
import type { Town } from './town.ts'

/** How a process ends. */
export type End =
  /** It kills itself where its code comes there; if it does not within a while (ms), it is killed where it is. */
  | { readonly at: CrashPoint; readonly within?: number }
  /** From outside, so many milliseconds after its doors are open. */
  | { readonly after: number }
  /** By the cloud: a change is made, and nobody is there any more to hear the answer. */
  | { readonly at: 'reply lost'; readonly within?: number }

/** How long a process may take to come to a point, or to open its doors, ms. */
const patienceMs = 15_000

const main = fileURLToPath(new URL('main.ts', import.meta.url))

/** Processes that were started here and have not ended. */
const alive = new Set<ChildProcess>()

/** Kills what a test that failed has left. */
export function killAll(): void {
  for (const child of alive) child.kill('SIGKILL')
}

/** @param cache folder in which processes leave compiled code for the next ones: most of a life is its start */
function startIn({ folder, environment }: Town, life: Life, cache: string): ChildProcess {
  const child = spawn(process.execPath, [main, 'child', JSON.stringify(life)], {
    cwd: folder,
    env: { ...process.env, ...environment, NODE_COMPILE_CACHE: cache, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  alive.add(child)
  child.on('close', () => alive.delete(child))
  return child
}

/** A process that serves; `said` grows with its log. */
type Running = {
  readonly child: ChildProcess
  readonly open: Promise<void>
  readonly ended: Promise<{ readonly status: number | null; readonly said: string }>
}

function run(town: Town, life: Life, cache: string, told: (line: string) => void): Running {
  const child = startIn(town, life, cache)
  const log: string[] = []
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('the process has no output')
  createInterface({ input: stdout }).on('line', told)
  const open = new Promise<void>((resolve) => {
    createInterface({ input: stderr }).on('line', (line) => {
      log.push(line)
      if (!line.includes('doors are open')) return
      town.posts.moved((JSON.parse(line) as { readonly url: string }).url)
      resolve()
    })
  })
  const ended = (once(child, 'close') as Promise<[number | null]>).then(([status]) => ({
    status,
    said: log.join('\n'),
  }))
  return { child, open, ended }
}

/** One life that ends by force; where. */
export async function lifeOf(town: Town, life: Life, end: End, cache: string): Promise<string> {
  let where = 'random'
  const { child, open, ended } = run(town, life, cache, (line) => {
    if (line.startsWith(killedAt)) where = line.slice(killedAt.length)
  })
  const kill = (): void => void child.kill('SIGKILL')
  const isLost = 'at' in end && end.at === 'reply lost'
  if (isLost)
    town.onChange = () => {
      where = 'reply lost'
      kill()
    }
  const within = 'after' in end ? end.after : (end.within ?? patienceMs)
  let timer = setTimeout(kill, patienceMs)
  void open.then(() => {
    clearTimeout(timer)
    if (child.exitCode === null && child.signalCode === null) timer = setTimeout(kill, within)
  })
  const { status, said } = await ended
  clearTimeout(timer)
  town.onChange = () => undefined
  if (status !== null) throw new Error(`the process ended by itself with ${status}:\n${said}`)
  return where
}

/** The last life: it goes on until it is asked to end. */
export function lastLife(
  town: Town,
  life: Life,
  cache: string,
): { readonly end: () => Promise<void> } {
  const { child, ended } = run(town, life, cache, () => undefined)
  return {
    async end() {
      child.kill('SIGTERM')
      const { status, said } = await ended
      if (status !== 0) throw new Error(`the last process ended with ${status}:\n${said}`)
    },
  }
}
