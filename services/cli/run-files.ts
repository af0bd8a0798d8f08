import type { Detection } from '#services/detect/detection.ts'
import { detections as allDetections } from '#services/detect/detections/index.ts'
import type { RawBatch } from '#services/ingest/batch.ts'
import { asWritten } from '#services/doors/stamp.ts'
import { readPaths } from '#services/ingest/read-paths.ts'
import { normalise } from '#services/normalise/normalise.ts'
import type { Arrival } from '#services/replay/arrival.ts'
import type { Cover } from '#services/replay/coverage.ts'
import { replay, type Replayed } from '#services/replay/replay.ts'
import type { Context } from './command.ts'
import { normaliseOptions, policyOf } from './policy.ts'
import { progressOn } from './progress.ts'
import { tallier, type Tally } from './tally.ts'

export type RunOptions = {
  readonly arrival?: Arrival
  /** Accounts that the paths cover completely. */
  readonly covers?: readonly Cover[]
  readonly detections?: readonly Detection[]
}

/** What stands at the end of a run, and what must be told beside it. */
export type Run = {
  readonly replayed: Replayed
  readonly tally: Tally
  readonly covers: readonly Cover[]
}

/** Runs every record below the paths through the whole engine, with progress for a person who watches. */
export async function runFiles(
  paths: readonly string[],
  context: Context,
  options: RunOptions = {},
): Promise<Run> {
  const progress = progressOn(context.stderr)
  const run = await runBatches(readPaths(paths, context.files), context, options, progress.show)
  progress.clear()
  return run
}

/** Runs batches of raw records from anywhere through the whole engine. */
export async function runBatches(
  batches: AsyncIterable<RawBatch>,
  { config, effects }: Pick<Context, 'config' | 'effects'>,
  { arrival = {}, covers = [], detections = allDetections }: RunOptions = {},
  show: (batch: RawBatch, read: number) => void = () => undefined,
): Promise<Run> {
  const { tally, record, letters } = tallier()
  const options = normaliseOptions(config)
  const { partitions, batch } = config
  const replayed = await replay(
    batches,
    { partitions, batch, policy: policyOf(config), detections, arrival, covers },
    {
      effects: effects(),
      normalise(raw) {
        const normalised = asWritten(normalise(raw, options))
        record(normalised)
        return normalised
      },
      onBatch(read, counts) {
        letters(read.dead)
        show(read, counts.read)
      },
    },
  )
  return { replayed, tally, covers }
}

/** Records that are at hand already, as one batch. */
export async function* inMemory(values: readonly unknown[]): AsyncGenerator<RawBatch> {
  const records = values.map((value, offset) => ({ pointer: { source: 'example', offset }, value }))
  const progress = { bytes: 0, totalBytes: 0, files: 1, totalFiles: 1 }
  yield await Promise.resolve({ records, dead: [], ignored: [], unread: [], progress })
}
