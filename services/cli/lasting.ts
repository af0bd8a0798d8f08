import type { Config } from '#shared/config.ts'
import type { Detection } from '#services/detect/detection.ts'
import type { EngineOptions } from '#services/pipeline.ts'
import { policyOf } from './policy.ts'

const dayMs = 86_400_000
/** Record ids that each partition remembers, so that a repetition costs nothing. */
const recentMax = 1 << 20

/** The engine as the settings want it, for one process or many. */
export const engineOf = (config: Config, detections: readonly Detection[]): EngineOptions => ({
  partitions: config.partitions,
  policy: policyOf(config),
  detections,
  recentMax,
})

/** How long what is kept and held, ms. */
export const lastingOf = ({ serve, alerts }: Config) => ({
  keepMs: serve.keepDays * dayMs,
  snapshotMs: serve.snapshotSeconds * 1000,
  holdMs: alerts.holdSeconds * 1000,
})
