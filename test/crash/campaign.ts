import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crashPoints, type CrashPoint } from '#services/serve/crash-points.ts'
import { chanceFrom, shuffle } from '#services/replay/chance.ts'
import { replayOf } from './input.ts'
import { lastLife, lifeOf, type End } from './life.ts'
import { townOf, type Keeping, type Town } from './town.ts'
import { trafficIn, undoWhatShall, type Traffic } from './traffic.ts'
import { realTime } from '#test/simulator/time.ts'
import { auditOf, isSettled, verdictOn, type Verdict } from './verdict.ts'

export type Campaign = {
  readonly kills: number
  /** Kills by point. `reply lost`: a change was made in the cloud, and nobody heard the answer; `random`: with work in flight. */
  readonly byPoint: Readonly<Record<string, number>>
} & Verdict

type Point = CrashPoint | 'reply lost'

/** What a data file goes through: each kind of it comes to other points. */
type Kind = {
  readonly points: readonly Point[]
  readonly snapshotSeconds: number
  readonly forgets: boolean
  /** Every life judges by other settings. */
  readonly isOther: boolean
}

const never = 86_400
const kinds: readonly Kind[] = [
  {
    points: [
      // Each is left by a kill in the state that the next one needs.
      'after commit',
      'unit replayed in silence',
      'in commit',
      'unit told again',
      'cut sent',
      'reply lost',
      'cut answered',
      'after append',
      'cut stored',
      'before append',
    ],
    snapshotSeconds: never,
    forgets: false,
    isOther: false,
  },
  {
    points: [
      'state copied',
      'snapshot piece written',
      'before snapshot counts',
      'snapshot counts',
      'log forgotten',
      'cut read back',
      'cut judged',
      'undo answered',
    ],
    snapshotSeconds: 1,
    forgets: true,
    isOther: false,
  },
  {
    points: [
      'after unit',
      'before rebase',
      'in rebase',
      'after rebase',
      'started',
      'delivery answered',
    ],
    snapshotSeconds: 1,
    forgets: false,
    isOther: true,
  },
]

/** Kills from outside that each data file goes through besides. */
const randomMin = 1
/** Kills that one data file goes through, before its process may come to its end. */
const killsMax = 12
/** Data files that go through it at the same time: the processes sleep half of their lives. */
const atOnce = 3

/** The least number of kills that comes to every point, also to that of the cloud, and to a random moment. */
export const killsMin = crashPoints.length + 2

/**
 * Kills processes until at least so many are killed, at every point, and holds every data file against a pure replay of its input.
 *
 * @param keeping where each of them keeps what it knows, if not in a data file
 */
export async function campaign(
  kills: number,
  seed: number,
  show: (line: string) => void = () => undefined,
  keeping: () => Keeping | undefined = () => undefined,
): Promise<Campaign> {
  const cache = mkdtempSync(join(tmpdir(), 'keytrail-crash-code-'))
  try {
    return await campaignWith(kills, seed, show, { cache, keeping })
  } finally {
    rmSync(cache, { recursive: true, force: true })
  }
}

type Around = {
  /** Folder in which processes leave compiled code for the next ones: most of a life is its start. */
  readonly cache: string
  /** Where one process and its successors keep what they know; undefined: in a data file of theirs. */
  readonly keeping: () => Keeping | undefined
}

async function campaignWith(
  kills: number,
  seed: number,
  show: (line: string) => void,
  around: Around,
): Promise<Campaign> {
  const byPoint: Record<string, number> = Object.fromEntries(
    [...crashPoints, 'reply lost', 'random'].map((at) => [at, 0]),
  )
  const lost: string[] = []
  const doubled: string[] = []
  let done = 0
  let planned = 0
  let number = 0
  const isMissed = (): boolean => Object.values(byPoint).includes(0)
  const mayGoOn = (): boolean => planned < kills || (done >= planned && isMissed())
  const worker = async (): Promise<void> => {
    while (mayGoOn() && number < 2 * kills) {
      const its = number++
      const kind = kinds[its % kinds.length]
      if (!kind) return
      const ends = endsFor(kind, byPoint, chanceFrom(seed + its), kills - planned)
      planned += ends.length
      const one = await story(kind, seed + its, ends, around)
      for (const at of one.killed) byPoint[at] = (byPoint[at] ?? 0) + 1
      done += one.killed.length
      lost.push(...one.lost.map((what) => `seed ${seed + its}: ${what}`))
      doubled.push(...one.doubled.map((what) => `seed ${seed + its}: ${what}`))
      show(`${done} of ${kills} kills, ${lost.length} lost, ${doubled.length} doubled`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return { kills: done, byPoint, lost, doubled }
}

/** What was never met comes first, in its order; then others. */
function endsFor(
  { points }: Kind,
  byPoint: Readonly<Record<string, number>>,
  chance: () => number,
  left: number,
): End[] {
  const random = (): End => ({ after: Math.floor(1_500 * chance()) })
  const unmet = points.filter((at) => byPoint[at] === 0)
  const others = shuffle(
    points.filter((at) => !unmet.includes(at)),
    chance,
  )
  const first = [...unmet.map((at): End => ({ at })), ...Array.from({ length: randomMin }, random)]
  const rest = [...others.map((at): End => ({ at })), random(), random(), random()]
  const most = Math.min(killsMax, Math.max(first.length, left))
  return [...first, ...shuffle(rest, chance)].slice(0, most)
}

type Story = Verdict & { readonly killed: readonly string[] }

/** How long everything may take to come to its end once nothing new happens. */
const settleMs = 240_000
const lookMs = 300

/** One data file: killed again and again while the company goes on, then left to come to its end. */
async function story(
  kind: Kind,
  seed: number,
  ends: readonly End[],
  { cache, keeping }: Around,
): Promise<Story> {
  const town = await townOf(seed, keeping())
  const killed: string[] = []
  const audits: string[] = []
  const lifeFor = (number: number): { forgets: boolean } => {
    const { snapshotSeconds, isOther, forgets } = kind
    town.settle({ snapshotSeconds, harvestNames: isOther ? 100 + number : 100 })
    return { forgets }
  }
  try {
    const traffic = trafficIn(town)
    const person = keepUndoing(town, traffic)
    for (const [number, end] of ends.entries()) {
      const point = 'at' in end && end.at !== 'reply lost' ? end.at : undefined
      killed.push(await lifeOf(town, { ...lifeFor(number), point }, end, cache))
      audits.push(...auditOf(town))
    }
    const last = lastLife(town, lifeFor(ends.length), cache)
    const verdict = await comeToEnd(town, traffic)
    await person.end()
    await last.end()
    return { killed, lost: [...audits, ...verdict.lost], doubled: verdict.doubled }
  } finally {
    await town.close()
  }
}

async function comeToEnd(town: Town, traffic: Traffic): Promise<Verdict> {
  await traffic.end()
  await town.delivered()
  const pure = await replayOf(town)
  const until = Date.now() + settleMs
  while (!isSettled(town, pure, traffic.thefts) && Date.now() < until) await realTime.sleep(lookMs)
  return verdictOn(town, pure, traffic.thefts)
}

/** A person who looks now and then whether something is to be undone, also while nobody serves the file. */
function keepUndoing(town: Town, traffic: Traffic): { readonly end: () => Promise<void> } {
  let isOver = false
  const looking = (async () => {
    while (!isOver) {
      await undoWhatShall(town, traffic)
      await realTime.sleep(lookMs)
    }
  })()
  looking.catch(() => undefined)
  return {
    async end() {
      isOver = true
      await looking
    },
  }
}
