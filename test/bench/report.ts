import type { Durable } from './durable.ts'
import type { Load } from './load.ts'
import type { Measured, Rate } from './measure.ts'
import type { RateSize, SizeName } from './sizes.ts'
import type { RuleScore } from './score.ts'

/** What `npm run bench -- --json` prints. Rates are records a second of wall (eps) and of CPU (epcs, all threads). */
export type BenchResult = {
  readonly size: SizeName
  readonly events: number
  readonly cpu: string
  readonly floor: Rate
  readonly pipeline: Rate
  readonly ratio: number
  readonly recall: number
  readonly precision: number
  readonly rules: Readonly<Record<string, RuleScore>>
  readonly bytesPerCredential: number
  /** Records a second of CPU with that many live credentials, each leased and used before. */
  readonly rate: Readonly<Record<RateSize, number>>
  readonly rateWall: Readonly<Record<RateSize, number>>
  readonly rateEvents: number
  readonly durable: Durable
  readonly load: Load
}

/** Puts the measurements together. */
export function resultOf(
  head: Pick<BenchResult, 'size' | 'cpu' | 'rateEvents'>,
  scored: Measured,
  rates: Readonly<Record<RateSize, Measured>>,
  durable: Durable,
  load: Load,
): BenchResult {
  const [few, many] = [rates['10k'], rates['1M']]
  const per = (part: keyof Rate): Record<RateSize, number> => ({
    '10k': rates['10k'].pipeline[part],
    '100k': rates['100k'].pipeline[part],
    '1M': rates['1M'].pipeline[part],
  })
  return {
    ...head,
    events: scored.records,
    floor: scored.floor,
    pipeline: scored.pipeline,
    ratio: rounded(scored.ratio),
    recall: rounded(scored.score.recall),
    precision: rounded(scored.score.precision),
    rules: scored.score.rules,
    bytesPerCredential: Math.round((many.bytes - few.bytes) / (many.credentials - few.credentials)),
    rate: per('epcs'),
    rateWall: per('eps'),
    durable: {
      ...durable,
      ratio: rounded(durable.ratio),
      engineRatio: rounded(durable.engineRatio),
    },
    load,
  }
}

const rounded = (n: number): number => Math.round(n * 10_000) / 10_000
const count = (n: number): string => n.toLocaleString('en-US')

/** The same for people, each number with its meaning and what it has to reach. */
export function tableOf(result: BenchResult): string {
  const { floor, pipeline, rate, rateWall } = result
  const kept = rate['1M'] / rate['10k']
  const rows: readonly (readonly [string, string, string])[] = [
    ['floor', speed(floor), 'gunzip, split and JSON.parse of the same file, nothing else'],
    [
      'pipeline',
      speed(pipeline),
      'read, gunzip, parse, validate, normalise, correlate, detect, tell',
    ],
    ['ratio', String(result.ratio), 'floor CPU-s / pipeline CPU-s, same run; to reach: 0.5'],
    ['recall', String(result.recall), 'of what must be found, found; to reach: 0.99'],
    ['precision', String(result.precision), 'of what was raised, rightly; to reach: 0.99'],
    ...Object.entries(result.rules).map(([name, rule]) => ruleRow(name, rule)),
    [
      'bytes',
      count(result.bytesPerCredential),
      'for each live credential, 10k to 1M; to reach: 1,024',
    ],
    ...(Object.keys(result.rate) as RateSize[]).map((size): readonly [string, string, string] => [
      `rate at ${size}`,
      speed({ eps: rateWall[size], epcs: rate[size] }),
      `with ${size} live credentials, each leased and used`,
    ]),
    ['1M / 10k', String(rounded(kept)), 'how much of the rate is left; to reach: 0.8'],
    ...durableRows(result.durable),
    ...loadRows(result.load),
  ]
  const head = `TLSB-1 ${result.size}: ${count(result.events)} records scored, ${count(result.rateEvents)} for each rate; ${result.cpu}`
  const lines = rows.map(([name, value, means]) => `${name.padEnd(13)}${value.padEnd(34)}${means}`)
  return `${head}\n${lines.join('\n')}\n`
}

function durableRows(durable: Durable): (readonly [string, string, string])[] {
  const { ratio, engineRatio, latency, bytesOnDisk } = durable
  return [
    [
      'durable',
      speed(durable),
      `the loop of serve on a data file, ${count(durable.records)} records`,
    ],
    [
      '  ratio',
      String(ratio),
      'in memory CPU-s / durable CPU-s, from the file to what stands; to reach: 0.7',
    ],
    ['  engine only', String(engineRatio), 'the same without reading and normalising'],
    ...Object.entries(latency).map(
      ([pace, { p50, p99, max, incidents }]) =>
        [
          `  at ${pace} /s`,
          `p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`,
          `from receipt until the incident is committed; ${incidents} incidents`,
        ] as const,
    ),
    ['  on disk', megabytes(bytesOnDisk), 'log, snapshot and what stands'],
  ]
}

function loadRows(load: Load): (readonly [string, string, string])[] {
  const { credentials, seconds, cpuSeconds, afterDeath, bytesOnDisk } = load
  return [
    [
      'load',
      `${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} CPU-s`,
      `to come up with ${count(credentials)} live credentials`,
    ],
    [
      '  after death',
      `${afterDeath.seconds.toFixed(1)} s`,
      `${afterDeath.checking.toFixed(1)} s of it to read ${megabytes(bytesOnDisk)} of pages`,
    ],
  ]
}

const megabytes = (bytes: number): string => `${count(Math.round(bytes / 1e6))} MB`

const speed = ({ eps, epcs }: Rate): string => `${count(epcs)} /CPU-s, ${count(eps)} /s`

function ruleRow(
  name: string,
  { expected, raised, hits }: RuleScore,
): readonly [string, string, string] {
  return [
    `  ${name}`,
    `${hits} of ${expected}, ${raised} raised`,
    'credentials: found of wanted, and raised in all',
  ]
}
