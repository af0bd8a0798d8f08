import { files } from '#infra/files/files.ts'
import { memoryEffects } from '#infra/memory/effects.ts'
import { configFrom } from '#shared/config.ts'
import { defaultPolicy, type Policy } from '#shared/policy.ts'
import { detections } from '#services/detect/detections/index.ts'
import type { RawBatch } from '#services/ingest/batch.ts'
import { readPaths } from '#services/ingest/read-paths.ts'
import { normalise } from '#services/normalise/normalise.ts'
import { replay, type Replayed } from '#services/replay/replay.ts'
import { liveBytes, stopwatch, type Cost } from './clockwork.ts'
import type { Workload } from './workload.ts'

const accounts = Array.from(
  { length: 40 },
  (_, i) => 100_000_000_000 + (((i + 1) * 20_000_000_003) % 899_999_999_999),
)

/** The benchmark's thresholds, and its broker as the configured issuer: by name in leases, by principal in CloudTrail. */
export const policy: Policy = {
  ...defaultPolicy,
  issuers: new Set(['broker', ...accounts.map((account) => `${account}/role/credential-broker`)]),
  tags: { task: new Set(['task']), agent: new Set(['agent']), human: new Set() },
  twoPlacesMs: 600_000,
  endGraceMs: 60_000,
}

export type PipelineRun = {
  readonly cost: Cost
  readonly replayed: Replayed
  /** Credentials and live bytes when the measured part began. */
  readonly preloaded: { readonly credentials: number; readonly bytes: number }
}

/**
 * The pipeline end to end on one workload: read, gunzip, parse, validate, normalise, correlate, detect, tell. What the
 * engine knew before is fed first and is not measured.
 */
export async function pipeline(
  { preload, events }: Workload,
  weigh: boolean,
): Promise<PipelineRun> {
  let began: (() => Cost) | undefined
  let bytes = 0
  let credentials = 0
  const empty = weigh ? liveBytes() : 0
  async function* batches(): AsyncGenerator<RawBatch> {
    for await (const batch of readPaths([preload], files)) {
      credentials += batch.records.filter(isLease).length
      yield batch
    }
    if (weigh) bytes = liveBytes() - empty
    else globalThis.gc?.()
    began = stopwatch()
    yield* readPaths([events], files)
  }
  const { partitions, batch } = configFrom()
  const options = {
    partitions,
    batch,
    policy,
    detections,
    arrival: {},
    covers: [],
    recentMax: 1 << 22,
  }
  const trusted = { trustedAccounts: new Set<string>() }
  const ports = {
    normalise: (raw: Parameters<typeof normalise>[0]) => normalise(raw, trusted),
    effects: memoryEffects(),
  }
  const replayed = await replay(batches(), options, ports)
  const cost = began?.() ?? { cpu: Number.NaN, wall: Number.NaN }
  return { cost, replayed, preloaded: { credentials, bytes } }
}

function isLease({ value }: RawBatch['records'][number]): boolean {
  const { kind } = value as { readonly kind?: unknown }
  return kind === 'credential.issued'
}
