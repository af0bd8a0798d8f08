import type { Progress } from '#shared/messages/activity.ts'
import { partitionOf } from '#shared/pipeline/run.ts'
import type { HopMessage } from '#shared/ports/hop-log.ts'
import type { MappedRecord } from '#shared/ports/intake.ts'
import { bytesOfAdmitted } from './admitted.ts'
import { nameOf } from './places.ts'

/** Records of one message: so many of usual size are far below what a topic takes. */
const recordsMax = 200

/**
 * What an offer is on the topic of normalise: records go to the partition of their id, what they complete behind them to all of
 * them, since nobody else knows when all have passed.
 */
export function admissionsOf(
  records: readonly MappedRecord[],
  progress: readonly Progress[],
  partitions: number,
): HopMessage[] {
  const by = new Map<number, MappedRecord[]>()
  for (const record of records) {
    const partition = partitionOf(record.record, partitions)
    const there = by.get(partition)
    if (there) there.push(record)
    else by.set(partition, [record])
  }
  return Array.from({ length: partitions }, (_, partition) => partition).flatMap((partition) => {
    const place = nameOf({ hop: 'normalise', partition })
    const told = (by.get(partition) ?? []).map(
      ({ record, activities }) => [record, activities] as const,
    )
    const parts = Array.from({ length: Math.ceil(told.length / recordsMax) }, (_, n) =>
      told.slice(n * recordsMax, (n + 1) * recordsMax),
    )
    if (parts.length === 0 && progress.length > 0) parts.push([])
    return parts.map((records, n) => {
      const behind = n === parts.length - 1 ? progress : []
      return { place, value: bytesOfAdmitted({ as: 'records', records, progress: behind }) }
    })
  })
}
