import type { WorkloadSize } from './workload.ts'

/** Live credentials at which the rate is measured. */
const rateSizes = { '10k': 10_000, '100k': 100_000, '1M': 1_000_000 } as const
export type RateSize = keyof typeof rateSizes

export type Size = {
  /** The workload that is scored and compared with the floor. */
  readonly scored: WorkloadSize
  /** Events of each workload on which the rate is measured. */
  readonly rateEvents: number
  readonly live: Readonly<Record<RateSize, number>>
  /** How often floor and pipeline run, one after the other; the median counts. */
  readonly rounds: number
}

export const sizes = {
  /** Says only that the bench itself works: its figures mean nothing. */
  glance: {
    scored: { events: 4_000, tokens: 400 },
    rateEvents: 2_000,
    live: { '10k': 200, '100k': 400, '1M': 800 },
    rounds: 1,
  },
  smoke: {
    scored: { events: 200_000, tokens: 10_000 },
    rateEvents: 200_000,
    live: rateSizes,
    rounds: 3,
  },
  standard: {
    scored: { events: 2_000_000, tokens: 10_000 },
    rateEvents: 2_000_000,
    live: rateSizes,
    rounds: 3,
  },
} as const satisfies Readonly<Record<string, Size>>
export type SizeName = keyof typeof sizes

export const isSizeName = (name: string): name is SizeName => Object.hasOwn(sizes, name)
