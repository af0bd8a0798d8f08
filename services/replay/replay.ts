import type { Unread } from '#shared/ports/sources.ts'
import type { Effects } from '#shared/ports/effects.ts'
import type { Finding } from '#shared/messages/finding.ts'
import type { Incident } from '#shared/messages/incident.ts'
import type { Normalised, RawRecord } from '#shared/messages/record.ts'
import type { Policy } from '#shared/policy.ts'
import type { Detection } from '#services/detect/detection.ts'
import type { RawBatch } from '#services/ingest/batch.ts'
import { engine, type Engine, type Flowing } from '#services/pipeline.ts'
import { inOrder, rearrange, type Arrival } from './arrival.ts'
import { attributionOf, type Attribution } from './attribution.ts'
import { coverageOf, type Cover } from './coverage.ts'
import { outcomeHash, outcomeOf } from './outcome.ts'

export type ReplayOptions = {
  readonly partitions: number
  /** Records in one unit of work. */
  readonly batch: number
  readonly policy: Policy
  readonly detections: readonly Detection[]
  readonly arrival: Arrival
  /** Accounts that the files cover completely. */
  readonly covers: readonly Cover[]
  readonly recentMax?: number
}

export type Counts = {
  read: number
  mapped: number
  duplicate: number
  dead: number
  ignored: Record<string, number>
}

/** Files that were left aside by their place in a trail, by reason; they are not among what was read. */
export type Skipped = Record<string, number>

export type Replayed = {
  readonly counts: Counts
  readonly unread: readonly Unread[]
  readonly skipped: Skipped
  readonly attribution: Attribution
  readonly attributionTask: Attribution
  readonly findings: readonly Finding[]
  readonly incidents: readonly Incident[]
  readonly outcome: readonly unknown[]
  readonly hash: string
  readonly engine: Engine
}

/** What the replay needs from outside: normalise, and somewhere to keep what stands. */
export type ReplayPorts = {
  readonly normalise: (raw: RawRecord) => Normalised
  readonly effects: Effects
  readonly onBatch?: (batch: RawBatch, counts: Counts) => void
}

/** Record ids that a replay remembers in each partition for counting repeats. */
const recentDefault = 1 << 23

/**
 * Runs files through the whole engine: the frontier is −∞ until the last path is read, then ∞, so nothing is late and only
 * what stands at the end is told (SEMANTICS E3).
 */
export async function replay(
  batches: AsyncIterable<RawBatch>,
  options: ReplayOptions,
  ports: ReplayPorts,
): Promise<Replayed> {
  const run = start(options, ports)
  const held: Normalised[] = []
  const plain = inOrder(options.arrival)
  for await (const batch of batches) {
    run.unread.push(...batch.unread)
    for (const { reason } of batch.skipped ?? [])
      run.skipped[reason] = (run.skipped[reason] ?? 0) + 1
    run.skip(batch)
    for (const raw of batch.records) {
      const record = ports.normalise(raw)
      if (plain) run.take(record)
      else held.push(record)
    }
    ports.onBatch?.(batch, run.counts)
  }
  for (const record of plain ? [] : rearrange(held, options.arrival)) run.take(record)
  return run.finish()
}

type Run = {
  readonly counts: Counts
  readonly unread: Unread[]
  readonly skipped: Skipped
  skip(batch: RawBatch): void
  take(record: Normalised): void
  finish(): Replayed
}

function start(options: ReplayOptions, { effects }: ReplayPorts): Run {
  const { partitions, policy, detections } = options
  const recentMax = options.recentMax ?? recentDefault
  const running = engine({ partitions, policy, detections, recentMax })
  const counts: Counts = { read: 0, mapped: 0, duplicate: 0, dead: 0, ignored: {} }
  const coverage = coverageOf(options.covers)
  const unread: Unread[] = []
  const skipped: Skipped = {}
  let unit: Flowing[] = []
  let units = 0
  const commit = (batch: readonly Flowing[]): void =>
    void effects.commit(running.unit(batch), ++units)
  const close = (): void => {
    commit(unit)
    unit = []
  }
  const take = (record: Normalised): void => {
    counts.read++
    if (record.as === 'dead') counts.dead++
    else if (record.as === 'ignored')
      counts.ignored[record.reason] = (counts.ignored[record.reason] ?? 0) + 1
    else {
      counts.mapped++
      coverage.see(record.activities)
      unit.push({ to: 'normalise', key: record.record, activities: record.activities })
      if (unit.length >= options.batch) close()
    }
  }
  return {
    counts,
    unread,
    skipped,
    take,
    skip(batch) {
      for (const { reason } of batch.ignored) take({ as: 'ignored', reason })
      for (const { reason, field } of batch.dead) take({ as: 'dead', reason, field })
    },
    finish() {
      close()
      commit(coverage.progress())
      return { ...summary(running, counts, effects), unread, skipped }
    },
  }
}

function summary(
  running: Engine,
  counts: Counts,
  effects: Effects,
): Omit<Replayed, 'unread' | 'skipped'> {
  const duplicate = running.states.normalise.reduce((sum, { duplicates }) => sum + duplicates, 0)
  const { findings, incidents } = effects.standing()
  const attribution = attributionOf(running.states.correlate)
  const outcome = outcomeOf(incidents)
  return {
    counts: { ...counts, mapped: counts.mapped - duplicate, duplicate },
    attribution: attribution.agent,
    attributionTask: attribution.task,
    findings,
    incidents,
    outcome,
    hash: outcomeHash(outcome),
    engine: running,
  }
}
