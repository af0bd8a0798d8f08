import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { crashPoints, type CrashPoint } from '#services/serve/crash-points.ts'
import { chanceFrom, shuffle } from '#services/replay/chance.ts'
import type { Heard, Life } from './child.ts'
import { verdictOn } from './verdict.ts'

/** How a process ends: at a point in its code if it comes there before so many offers are logged, else from outside. */
type End = { readonly point?: CrashPoint; readonly logged: number }

export type Campaign = {
  readonly kills: number
  /** Kills by point; `random` are those from outside, with work in flight. */
  readonly byPoint: Readonly<Record<string, number>>
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
}

/** What a data file goes through: each kind of it comes to other points. */
type Kind = Pick<Life, 'snapshotMs' | 'keepMs'> & {
  readonly points: readonly CrashPoint[]
  /** Every life judges with other code. */
  readonly isOther: boolean
  /** Kills that one data file goes through before its process may come to its end. */
  readonly most: number
}

/** A kind, and which of its points no process was killed at so far. */
type Plan = Kind & { readonly unmet: readonly CrashPoint[] }

const never = 1e9
const kinds: readonly Kind[] = [
  {
    points: [
      // Each is left by a kill in the state that the next one needs.
      'after commit',
      'unit replayed in silence',
      'in commit',
      'unit told again',
      'after append',
      'after unit',
      'before append',
      'started',
    ],
    snapshotMs: never,
    keepMs: never,
    isOther: false,
    most: 12,
  },
  {
    points: [
      'state copied',
      'snapshot piece written',
      'before snapshot counts',
      'snapshot counts',
      'log forgotten',
    ],
    snapshotMs: 1,
    keepMs: 0,
    isOther: false,
    most: 7,
  },
  {
    points: ['before rebase', 'in rebase', 'after rebase'],
    snapshotMs: 1,
    keepMs: never,
    isOther: true,
    most: 5,
  },
]

/** The least number of kills that comes to every point, and leaves as many as that for others. */
export const killsMin = crashPoints.length + kinds.length

/** Points to which a process comes while there is work. */
const early = ['before append', 'after append', 'after unit', 'in commit'] as const

/** Kills processes until at least so many are killed, at every point, and holds every data file against a pure replay of its input. */
export async function campaign(
  kills: number,
  seed: number,
  show: (line: string) => void = () => undefined,
): Promise<Campaign> {
  const cache = mkdtempSync(join(tmpdir(), 'keytrail-crash-code-'))
  try {
    return await campaignWith(kills, seed, show, cache)
  } finally {
    rmSync(cache, { recursive: true, force: true })
  }
}

/** @param cache folder in which processes leave compiled code for the next ones: most of a life is its start */
async function campaignWith(
  kills: number,
  seed: number,
  show: (line: string) => void,
  cache: string,
): Promise<Campaign> {
  const byPoint: Record<string, number> = Object.fromEntries(crashPoints.map((at) => [at, 0]))
  byPoint['random'] = 0
  const lost: string[] = []
  const doubled: string[] = []
  let done = 0
  const isMissed = (): boolean => Object.values(byPoint).includes(0)
  for (let number = 0; (done < kills || isMissed()) && number < 2 * kills; number++) {
    const kind = kinds[number % kinds.length]
    if (!kind) break
    const unmet = kind.points.filter((at) => byPoint[at] === 0)
    const one = await story({ ...kind, unmet }, seed + number, Math.max(1, kills - done), cache)
    for (const at of one.killed) byPoint[at] = (byPoint[at] ?? 0) + 1
    done += one.killed.length
    lost.push(...one.lost.map((what) => `seed ${seed + number}: ${what}`))
    doubled.push(...one.doubled.map((what) => `seed ${seed + number}: ${what}`))
    show(`${done} of ${kills} kills, ${lost.length} lost, ${doubled.length} doubled`)
  }
  return { kills: done, byPoint, lost, doubled }
}

type Story = { readonly killed: string[]; readonly lost: string[]; readonly doubled: string[] }

/** One data file: killed at each point of its kind and in between, then left to come to its end. */
async function story(plan: Plan, seed: number, killsMax: number, cache: string): Promise<Story> {
  const chance = chanceFrom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'keytrail-crash-'))
  const killed: string[] = []
  const lost: string[] = []
  const known = { pusher: 0, reader: 0 }
  const ends = endsFor(plan, chance)
  const most = Math.min(killsMax, plan.most)
  try {
    for (let number = 0; ; number++) {
      const end = killed.length < most ? ends.shift() : undefined
      const life = lifeFor(plan, folder, { seed, number, end, pushed: known.pusher })
      const ended = await lifeOf(life, end, known, cache)
      lost.push(...ended.lost)
      if (ended.killed !== undefined) killed.push(ended.killed)
      // It may come there in a later life.
      if (end?.point !== undefined && ended.killed !== end.point) ends.push(end)
      if (!end) {
        const verdict = await verdictOn(life)
        return { killed, lost: [...lost, ...verdict.lost], doubled: [...verdict.doubled] }
      }
      if (ended.killed === undefined) ends.length = 0
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Turn = {
  readonly seed: number
  readonly number: number
  readonly end: End | undefined
  readonly pushed: number
}

const lifeFor = (
  { isOther, snapshotMs, keepMs }: Plan,
  folder: string,
  { seed, number, end, pushed }: Turn,
): Life => ({
  file: join(folder, 'keytrail.db'),
  received: join(folder, 'received.jsonl'),
  seed,
  generation: isOther ? `code ${number}` : 'code',
  snapshotMs,
  keepMs,
  pushed,
  point: end?.point,
})

/** A kill while there is work comes first, so that there is something to recover; then what was never met, and others. */
function endsFor({ points, unmet, most }: Plan, chance: () => number): End[] {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(chance() * list.length)]
  const at = (point: CrashPoint): End => ({ point, logged: point === 'after commit' ? 60 : 20 })
  const others = points.filter((point) => !unmet.includes(point)).map(at)
  const random = Array.from({ length: most }, (): End => ({
    logged: 1 + Math.floor(chance() * 5),
  }))
  const rest = shuffle([...others, ...random], chance)
  return [at(pick(early) ?? 'after unit'), ...unmet.map(at), ...rest].slice(
    unmet.includes('after commit') ? 1 : 0,
  )
}

type Known = { pusher: number; reader: number }
/** `killed`: where; undefined if it came to its end. */
type Ended = { readonly killed: string | undefined; readonly lost: string[] }

const main = fileURLToPath(new URL('main.ts', import.meta.url))

/** Runs one process to its end, whichever it is; what it says to be logged must be there in the next life. */
async function lifeOf(
  life: Life,
  end: End | undefined,
  known: Known,
  cache: string,
): Promise<Ended> {
  const child = spawn(process.execPath, [main, 'child', JSON.stringify(life)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  })
  const errors: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  const closed = new Promise<string | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (_, signal) => resolve(signal))
  })
  const lost: string[] = []
  let isDone = false
  let killed = 'random'
  let logged = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const heard = JSON.parse(line) as Heard
    if (heard.kind === 'done') isDone = true
    if (heard.kind === 'killed') killed = heard.at
    if (heard.kind === 'logged') {
      known[heard.by] = heard.through
      if (++logged === end?.logged) child.kill('SIGKILL')
    }
    if (heard.kind === 'started' && heard.bookmark < known.reader)
      lost.push(`the bookmark went back from ${known.reader} to ${heard.bookmark}`)
  }
  const signal = await closed
  if (isDone) return { killed: undefined, lost }
  if (signal === 'SIGKILL') return { killed, lost }
  throw new Error(`the process ended by itself:\n${Buffer.concat(errors).toString()}`)
}
