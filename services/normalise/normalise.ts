import type { Normalised, RawRecord } from '#shared/messages/record.ts'
import { fields } from './fields.ts'
import { fromActivity } from './from-activities.ts'
import { fromHealth, isHealthEvent } from './from-aws-health.ts'
import { fromCloudTrail, type CloudTrailOptions } from './from-aws-cloudtrail.ts'
import { fromOtlp } from './from-otlp.ts'

export type NormaliseOptions = CloudTrailOptions

/**
 * One raw record → its activities, by the shape of the value alone: agent activities say their `kind`, OTLP documents have
 * `resourceSpans` or `resourceLogs`, events of AWS Health their source, the rest is CloudTrail or refused as not being it. Never throws.
 */
export function normalise({ value, pointer }: RawRecord, options: NormaliseOptions): Normalised {
  const record = fields(value)
  if (record['eventName'] === undefined) {
    if (record['kind'] !== undefined) return fromActivity(value, pointer)
    if (record['resourceSpans'] !== undefined || record['resourceLogs'] !== undefined)
      return fromOtlp(value, pointer)
    if (isHealthEvent(record)) return fromHealth(record)
  }
  return fromCloudTrail(value, options)
}
