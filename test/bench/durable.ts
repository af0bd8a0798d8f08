import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemScheduler } from '#infra/clock/scheduler.ts'
import { files } from '#infra/files/files.ts'
import { memoryEffects } from '#infra/memory/effects.ts'
import { openDatabase } from '#infra/sqlite/database.ts'
import type { MappedRecord } from '#shared/ports/intake.ts'
import { detections } from '#services/detect/detections/index.ts'
import type { RawBatch } from '#services/ingest/batch.ts'
import { readPaths } from '#services/ingest/read-paths.ts'
import { normalise } from '#services/normalise/normalise.ts'
import { engine, type EngineOptions } from '#services/pipeline.ts'
import { messagesOf } from '#services/serve/batch.ts'
import { generationOf } from '#services/serve/generation.ts'
import { durableLoop, type Loop, type LoopOptions, type LoopPorts } from '#services/serve/loop.ts'
import { silent, sqlStores, storeParts } from '#test/serve.ts'
import { median, medianCost, stopwatch, type Cost } from './clockwork.ts'
import { policy } from './through.ts'
import type { Workload } from './workload.ts'

/** Milliseconds from a record's receipt until the incident that it is in is committed. */
export type Latency = { readonly p50: number; readonly p99: number; readonly max: number }

export type Durable = {
  readonly records: number
  /**
   * CPU seconds in memory over those of the loop on a data file, from the file of records to what stands: what `bench` calls
   * the pipeline, with and without a log. The middle of some pairs.
   */
  readonly ratio: number
  /** The same of engine and loop alone, on records that are read and normalised before: all that the log costs. */
  readonly engineRatio: number
  /** Records for each second of CPU, and on the wall, from the file of records to what is committed. */
  readonly epcs: number
  readonly eps: number
  /** By records offered a second; incidents that were committed within it. */
  readonly latency: Readonly<Record<string, Latency & { readonly incidents: number }>>
  readonly bytesOnDisk: number
}

const unitMax = 2_000
/** Offers a second at a steady pace. */
const offersASecond = 20
const pacedSeconds = 5
const paces = [1_000, 10_000] as const

const options: EngineOptions = { partitions: 4, policy, detections, recentMax: 1 << 20 }
export const loopOptions: LoopOptions = {
  engine: options,
  generation: generationOf(options),
  unitMax,
  waitingMax: 20 * unitMax,
  keepMs: 86_400_000,
  snapshotMs: 3_600_000,
}

/** Times that engine and loop run, one after the other, on records from memory and from the file. */
const pairs = 3

/** Records in units, from wherever they come. */
type Feed = () => Iterable<MappedRecord[]> | AsyncIterable<MappedRecord[]>

/**
 * The durable loop beside the engine alone. They run by turns, so that what disturbs one disturbs the other, and the middle
 * of the pairs counts.
 */
export async function measureDurable(workload: Workload): Promise<Durable> {
  const before = await mapped(workload.preload)
  const records = await mapped(workload.events)
  const paced = records.splice(-paces.reduce((sum, pace) => sum + pace * pacedSeconds, 0))
  const held: Feed = () => chunks(records, unitMax)
  const read: Feed = () => unitsOf(workload.events, records.length)
  const folder = mkdtempSync(join(tmpdir(), 'keytrail-bench-durable-'))
  try {
    // The first time the compiler is not done yet.
    await inMemory(before, read)
    let last: Opened | undefined
    let size = 0
    const measured = { held: [] as Pair[], read: [] as Pair[] }
    for (let n = 0; n < pairs; n++)
      for (const [name, feed] of [['held', held] as const, ['read', read] as const]) {
        await last?.close()
        const alone = await inMemory(before, feed)
        const file = join(folder, `${name}-${n}.db`)
        last = await opened(file)
        const loop = await durably(last.loop, before, feed)
        measured[name].push({ loop, ratio: alone.cpu / loop.cpu })
        size = statSync(file).size
      }
    const latency = last ? await latencies(last, paced) : {}
    await last?.close()
    const { cpu, wall } = medianCost(measured.read.map(({ loop }) => loop))
    return {
      records: records.length,
      ratio: median(measured.read.map(({ ratio }) => ratio)),
      engineRatio: median(measured.held.map(({ ratio }) => ratio)),
      epcs: Math.round(records.length / cpu),
      eps: Math.round(records.length / wall),
      latency,
      bytesOnDisk: size,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Pair = { readonly loop: Cost; readonly ratio: number }

/** The first `count` records of a file, as they are read. */
async function* unitsOf(path: string, count: number): AsyncGenerator<MappedRecord[]> {
  let left = count
  let unit: MappedRecord[] = []
  for await (const batch of readPaths([path], files))
    for (const record of mappedFrom(batch)) {
      if (left === 0) return
      unit.push(record)
      if (--left > 0 && unit.length < unitMax) continue
      yield unit
      unit = []
    }
}

async function mapped(path: string): Promise<MappedRecord[]> {
  const found: MappedRecord[] = []
  for await (const batch of readPaths([path], files)) found.push(...mappedFrom(batch))
  return found
}

export const mappedFrom = ({ records }: RawBatch): MappedRecord[] =>
  records.flatMap((raw) => {
    const each = normalise(raw, { trustedAccounts: new Set() })
    return each.as === 'mapped' ? [{ record: each.record, activities: each.activities }] : []
  })

const chunks = (records: readonly MappedRecord[], size: number): MappedRecord[][] =>
  Array.from({ length: Math.ceil(records.length / size) }, (_, n) =>
    records.slice(n * size, (n + 1) * size),
  )

async function inMemory(before: readonly MappedRecord[], feed: Feed): Promise<Cost> {
  const running = engine(options)
  const effects = memoryEffects()
  let position = 0
  const take = (records: readonly MappedRecord[]): void =>
    void effects.commit(running.unit(messagesOf({ records, dead: [], progress: [] })), ++position)
  for (const each of chunks(before, unitMax)) take(each)
  globalThis.gc?.()
  const cost = stopwatch()
  for await (const each of feed()) take(each)
  return cost()
}

async function durably(loop: Loop, before: readonly MappedRecord[], feed: Feed): Promise<Cost> {
  for (const each of chunks(before, unitMax)) await offer(loop, each)
  globalThis.gc?.()
  const cost = stopwatch()
  for await (const each of feed()) await offer(loop, each)
  return cost()
}

type Opened = {
  readonly loop: Loop
  /** Receipt of each record that is on its way, and what came of it, ms. */
  readonly received: Map<string, number>
  readonly took: number[]
  readonly close: () => Promise<void>
}

async function opened(file: string): Promise<Opened> {
  const db = openDatabase(file, storeParts)
  const received = new Map<string, number>()
  const took: number[] = []
  let raised: number[] = []
  const ports: LoopPorts = {
    ...sqlStores(db),
    scheduler: systemScheduler,
    log: silent,
    participants: [
      {
        take({ records, changes }) {
          const told = changes.incidents.filter(({ now }) => now.length > 0)
          if (told.length === 0) return
          const first = records.map(({ record }) => received.get(record) ?? Infinity)
          const since = Math.min(...first)
          raised = told.map(() => since)
        },
      },
    ],
    at(point) {
      if (point !== 'after commit') return
      for (const since of raised) if (since < Infinity) took.push(performance.now() - since)
      raised = []
    },
    failed: (why) => {
      throw why
    },
  }
  const loop = durableLoop(loopOptions, ports)
  await loop.start()
  const close = (): Promise<void> => {
    loop.close()
    db.close()
    return Promise.resolve()
  }
  return { loop, received, took, close }
}

export const offer = (loop: Loop, records: readonly MappedRecord[]) =>
  loop.offer({ source: 'bench', received: 0, records })

/** At each pace: records come in small offers, one after the other by the clock, whether or not the loop keeps up. */
async function latencies(
  { loop, received, took }: Opened,
  records: readonly MappedRecord[],
): Promise<Durable['latency']> {
  const found: Record<string, Latency & { incidents: number }> = {}
  let from = 0
  for (const pace of paces) {
    const size = pace / offersASecond
    const began = performance.now()
    took.length = 0
    const answers: Promise<unknown>[] = []
    for (let n = 0; n < pacedSeconds * offersASecond; n++) {
      const due = began + (n * 1000) / offersASecond
      await new Promise((resolve) => void setTimeout(resolve, Math.max(0, due - performance.now())))
      const part = records.slice(from, from + size)
      from += size
      for (const { record } of part) received.set(record, due)
      answers.push(offer(loop, part))
    }
    await Promise.all(answers)
    await new Promise((resolve) => void setTimeout(resolve, 1_500))
    received.clear()
    const sorted = took.toSorted((a, b) => a - b)
    const at = (share: number): number =>
      Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN)
    found[String(pace)] = { p50: at(0.5), p99: at(0.99), max: at(1), incidents: sorted.length }
  }
  return found
}
