import { isReport, type Mapped } from '#shared/messages/record.ts'
import type { MappedRecord } from '#shared/ports/intake.ts'

/** Receipt less the latest event time, ms; undefined where there is none. */
export function lagOf(records: readonly MappedRecord[], received: number): number | undefined {
  let latest = -Infinity
  for (const { activities } of records)
    for (const activity of activities) latest = Math.max(latest, timeOf(activity))
  return latest === -Infinity ? undefined : received - latest
}

const timeOf = (activity: Mapped): number => (isReport(activity) ? activity.time : activity.at)
