import { memoryEffects } from '#infra/memory/effects.ts'
import type { Normalised, RawRecord } from '#shared/messages/record.ts'
import { defaultPolicy } from '#shared/policy.ts'
import { detections } from '#services/detect/detections/index.ts'
import type { RawBatch } from '#services/ingest/batch.ts'
import { normalise } from '#services/normalise/normalise.ts'
import type { Arrival } from '#services/replay/arrival.ts'
import { replay, type Replayed } from '#services/replay/replay.ts'

export type Way = {
  readonly partitions?: number
  readonly arrival?: Arrival
  readonly batch?: number
}

/** Runs what was read through the real engine in different ways; each record is normalised once. */
export function runner(batches: readonly RawBatch[]): (way?: Way) => Promise<Replayed> {
  const known = new Map<RawRecord, Normalised>()
  const once = (raw: RawRecord): Normalised => {
    let record = known.get(raw)
    if (!record) known.set(raw, (record = normalise(raw, { trustedAccounts: new Set() })))
    return record
  }
  return ({ partitions = 4, arrival = {}, batch = 200 } = {}) =>
    replay(
      again(batches),
      { partitions, batch, policy: defaultPolicy, detections, arrival, covers: [] },
      { normalise: once, effects: memoryEffects() },
    )
}

async function* again(batches: readonly RawBatch[]): AsyncGenerator<RawBatch> {
  for (const batch of batches) yield await Promise.resolve(batch)
}

const hour = 3_600_000

/** Arrivals that a seed decides: mixed, repeated, late, and all of it at once. */
export function arrivalOf(seed: number): Arrival {
  const kinds: readonly Arrival[] = [
    { shuffle: seed },
    { shuffle: seed, duplicate: 0.2 },
    { shuffle: seed, duplicate: 0.1, delayMs: hour * (1 + (seed % 12)) },
  ]
  return kinds[seed % kinds.length] ?? {}
}
