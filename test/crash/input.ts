import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { files } from '#infra/files/files.ts'
import { memoryEffects } from '#infra/memory/effects.ts'
import { configFrom } from '#shared/config.ts'
import { isReport, type Mapped, type Normalised, type RawRecord } from '#shared/messages/record.ts'
import { normaliseOptions, policyOf } from '#services/cli/policy.ts'
import { stamped } from '#services/doors/stamp.ts'
import type { Detection } from '#services/detect/detection.ts'
import { detections as all } from '#services/detect/detections/index.ts'
import type { RawBatch } from '#services/ingest/batch.ts'
import { readPaths } from '#services/ingest/read-paths.ts'
import { normalise } from '#services/normalise/normalise.ts'
import { replay, type Replayed } from '#services/replay/replay.ts'
import { speakers } from '#test/simulator/company.ts'
import type { Post } from './postbox.ts'
import type { Town } from './town.ts'

/** The pure replay of everything that came in: each file of the folder, and each report that was acknowledged. */
export async function replayOf(
  { folder, trail, posts }: Town,
  detections: readonly Detection[] = all,
): Promise<Replayed> {
  const content: unknown = parse(readFileSync(join(folder, 'keytrail.yaml'), 'utf8'))
  const config = configFrom({ file: { name: 'keytrail.yaml', content } })
  const reading = normaliseOptions(config)
  const mapped: Normalised[] = posts.acknowledged.flatMap((post) => reported(post))
  for await (const { records } of readPaths([trail], files))
    mapped.push(...records.map((raw) => normalise(raw, reading)))
  return await replay(
    inOne(mapped),
    { ...asSettled, detections, policy: policyOf(config) },
    { normalise: ({ value }) => value as Normalised, effects: memoryEffects() },
  )
}

const asSettled = { partitions: 3, batch: 100, arrival: {}, covers: [] }

async function* inOne(mapped: readonly Normalised[]): AsyncGenerator<RawBatch> {
  const records = mapped.map((value, offset): RawRecord => ({
    pointer: { source: 'crash', offset },
    value,
  }))
  const progress = { bytes: 0, totalBytes: 0, files: 1, totalFiles: 1 }
  yield await Promise.resolve({ records, dead: [], ignored: [], unread: [], progress })
}

/** As a door takes it. When it came is left out, as in files: every report here is on time. */
function reported({ source, body }: Post): Normalised[] {
  const speaker = { name: source, agents: speakers[source] ?? [] }
  const values: readonly unknown[] = Array.isArray(body) ? body : [body]
  return values.map((value) => {
    const read = normalise(
      { pointer: { source, offset: 0 }, value },
      { trustedAccounts: new Set() },
    )
    if (read.as !== 'mapped') throw new Error(`not mapped: ${JSON.stringify(read)}`)
    const said = read.activities.flatMap((activity): Mapped[] => {
      if (!isReport(activity)) return []
      const one = stamped(activity, speaker, 0)
      if ('reason' in one) throw new Error(one.reason)
      const { received: _, ...unstamped } = one
      return [unstamped]
    })
    return { ...read, record: `${source}/${read.record}`, activities: said }
  })
}
