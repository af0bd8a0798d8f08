import { defaultPolicy } from '#shared/policy.ts'
import { detections } from '#services/detect/detections/index.ts'
import type { EngineOptions } from '#services/pipeline.ts'
import { issuers } from '#test/properties/world.ts'

/** What a worker of the tests is told. */
export type WorkerArguments = {
  readonly holder: string
  readonly brokers: readonly string[]
  readonly database: string
  readonly prefix: string
  /** It kills itself when it comes by this point for the so-manieth time. */
  readonly dieAt?: { readonly point: string; readonly times: number }
}

export const engine: EngineOptions = {
  partitions: 3,
  policy: { ...defaultPolicy, issuers: new Set(issuers) },
  detections,
  recentMax: 1 << 10,
}

export const leaseMs = 2_000
