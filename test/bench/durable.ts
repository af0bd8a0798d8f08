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
import { silent, sqliteStores, storeParts } from '#test/serve.ts'
import { median, medianCost, stopwatch, type Cost } from './clockwork.ts'
import { policy } from './through.ts'
import type { Workload } from './workload.ts'

/** Milliseconds from a record's receipt until the incident that it is in is committed. */
export type Latency = { readonly p50: number; readonly p99: number; readonly max: number }

export type Durable = {
  readonly records: number
  /** CPU seconds of the engine alone, over those of the loop on a data file: same records, same units; the middle of some pairs. */
  readonly ratio: number
  /** Records for each second of CPU, and on the wall. */
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

/** Times that engine and loop run, one after the other. */
const pairs = 3

/**
 * The durable loop beside the engine alone, on records that are read before either begins. They run by turns, so that what
 * disturbs one disturbs the other, and the middle of the pairs counts.
 */
export async function measureDurable(workload: Workload): Promise<Durable> {
  const before = await mapped(workload.preload)
  const records = await mapped(workload.events)
  const paced = records.splice(-paces.reduce((sum, pace) => sum + pace * pacedSeconds, 0))
  const folder = mkdtempSync(join(tmpdir(), 'keytrail-bench-durable-'))
  try {
    // The first time the compiler is not done yet.
    inMemory(before, records)
    const measured: { readonly ratio: number; readonly cost: Cost }[] = []
    let last: Opened | undefined
    for (let pair = 0; pair < pairs; pair++) {
      await last?.close()
      const alone = inMemory(before, records)
      last = await opened(join(folder, `${pair}.db`))
      await offerAll(last.loop, before)
      globalThis.gc?.()
      const stop = stopwatch()
      await offerAll(last.loop, records)
      const cost = stop()
      measured.push({ ratio: alone.cpu / cost.cpu, cost })
    }
    const { cpu, wall } = medianCost(measured.map(({ cost }) => cost))
    const latency = last ? await latencies(last, paced) : {}
    await last?.close()
    return {
      records: records.length,
      ratio: median(measured.map(({ ratio }) => ratio)),
      epcs: Math.round(records.length / cpu),
      eps: Math.round(records.length / wall),
      latency,
      bytesOnDisk: statSync(join(folder, `${pairs - 1}.db`)).size,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
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

function inMemory(before: readonly MappedRecord[], records: readonly MappedRecord[]): Cost {
  const running = engine(options)
  const effects = memoryEffects()
  let position = 0
  const feed = (all: readonly MappedRecord[]): void => {
    for (const each of chunks(all, unitMax))
      effects.commit(
        running.unit(messagesOf({ records: each, dead: [], progress: [] })),
        ++position,
      )
  }
  feed(before)
  globalThis.gc?.()
  const cost = stopwatch()
  feed(records)
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
    ...sqliteStores(db),
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

async function offerAll(loop: Loop, records: readonly MappedRecord[]): Promise<void> {
  for (const each of chunks(records, unitMax)) await offer(loop, each)
}

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
