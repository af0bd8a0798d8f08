import { memoryEffects } from '#infra/memory/effects.ts'
import type { RawRecord } from '#shared/messages/record.ts'
import { defaultPolicy, type Policy } from '#shared/policy.ts'
import type { Detection } from '#services/detect/detection.ts'
import { detections as all } from '#services/detect/detections/index.ts'
import type { RawBatch } from '#services/ingest/batch.ts'
import { normalise } from '#services/normalise/normalise.ts'
import type { Arrival } from '#services/replay/arrival.ts'
import { parseCover } from '#services/replay/coverage.ts'
import { replay, type Replayed } from '#services/replay/replay.ts'

export type Through = {
  readonly detections?: readonly Detection[]
  readonly partitions?: number
  readonly batch?: number
  readonly arrival?: Arrival
  readonly covers?: readonly string[]
  readonly issuers?: readonly string[]
  readonly policy?: Partial<Policy>
}

/** Runs raw records through the real engine, as `keytrail replay` does, and gives what stands at the end. */
export function through(records: readonly unknown[], options: Through = {}): Promise<Replayed> {
  const { issuers = [], covers = [] } = options
  return replay(
    asBatches(records),
    {
      partitions: options.partitions ?? 4,
      batch: options.batch ?? 100,
      policy: { ...defaultPolicy, issuers: new Set(issuers), ...options.policy },
      detections: options.detections ?? all,
      arrival: options.arrival ?? {},
      covers: covers.flatMap((text) => parseCover(text) ?? []),
    },
    {
      normalise: (raw) => normalise(raw, { trustedAccounts: new Set() }),
      effects: memoryEffects(),
    },
  )
}

async function* asBatches(values: readonly unknown[]): AsyncGenerator<RawBatch> {
  const records = values.map((value, offset): RawRecord => ({
    pointer: { source: 'test', offset },
    value,
  }))
  const progress = { bytes: 0, totalBytes: 0, files: 1, totalFiles: 1 }
  yield await Promise.resolve({ records, dead: [], ignored: [], unread: [], progress })
}
