import { floor } from './floor.ts'
import { medianCost, stopwatch, type Cost } from './clockwork.ts'
import { score, type Score } from './score.ts'
import { pipeline } from './through.ts'
import { readTruth, type Workload } from './workload.ts'

/** Records a second on the wall, and for each second of CPU. */
export type Rate = { readonly eps: number; readonly epcs: number }

export type Measured = {
  readonly records: number
  readonly floor: Rate
  readonly pipeline: Rate
  readonly ratio: number
  readonly score: Score
  /** Live credentials before the first measured record, and the bytes that everything known about them takes. */
  readonly credentials: number
  readonly bytes: number
}

/**
 * Floor and pipeline on the same file in the same process, by turns, so that what disturbs one disturbs the other. One round
 * before the first that counts lets the compiler finish; with no rounds that one counts, which is fair where the preload is large.
 */
export async function measure(workload: Workload, rounds: number): Promise<Measured> {
  const floors: Cost[] = []
  const pipelines: Cost[] = []
  const warm = await floorRun(workload)
  const { records } = warm
  const first = await pipeline(workload, true)
  for (let round = 0; round < rounds; round++) {
    floors.push((await floorRun(workload)).cost)
    pipelines.push((await pipeline(workload, false)).cost)
  }
  const low = medianCost(floors.length > 0 ? floors : [warm.cost])
  const whole = medianCost(pipelines.length > 0 ? pipelines : [first.cost])
  return {
    records,
    floor: rateOf(records, low),
    pipeline: rateOf(records, whole),
    ratio: low.cpu / whole.cpu,
    score: score(first.replayed.findings, await readTruth(workload)),
    ...first.preloaded,
  }
}

async function floorRun({ events }: Workload): Promise<{ records: number; cost: Cost }> {
  globalThis.gc?.()
  const cost = stopwatch()
  const records = await floor(events)
  return { records, cost: cost() }
}

const rateOf = (records: number, { cpu, wall }: Cost): Rate => ({
  eps: Math.round(records / wall),
  epcs: Math.round(records / cpu),
})
