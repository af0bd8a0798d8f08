import { z } from 'zod'
import type { Fields } from './fields.ts'

const time = z
  .union([z.string(), z.number()])
  .optional()
  .describe('When the call ended: ISO 8601, `YYYY-MM-DD HH:MM:SS[.nnn]`, or epoch')

/**
 * What a CloudTrail record must be to be read at all (CloudTrail User Guide, "record contents"). It is loose on purpose: fields
 * change their type between services and years, and a field that is not understood must not lose the record. What is
 * further needed (a time, somebody who signed) is asked for in words of its own.
 */
export const CloudTrailRecord = z.looseObject({
  eventName: z.string().min(1).describe('The API call'),
  eventSource: z.string().min(1).describe('The service, such as `sts.amazonaws.com`'),
  eventTime: time,
  '@timestamp': time.describe('The same where the record passed through Logstash'),
  userIdentity: z.unknown().optional().describe('Who signed the call'),
})

/** The contract as JSON Schema (draft 2020-12). */
export const cloudTrailJsonSchema = z.toJSONSchema(CloudTrailRecord, { io: 'input' })

const isTimeLike = (value: unknown): boolean =>
  value === undefined || typeof value === 'string' || Number.isFinite(value)

/** The contract by hand, for the hot path; a test holds it, the contract and its JSON Schema to the same verdicts. */
export function isCloudTrailRecord(value: unknown): value is z.infer<typeof CloudTrailRecord> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { eventName, eventSource, eventTime, '@timestamp': stamp } = value as Fields
  return (
    typeof eventName === 'string' &&
    eventName !== '' &&
    typeof eventSource === 'string' &&
    eventSource !== '' &&
    isTimeLike(eventTime) &&
    isTimeLike(stamp)
  )
}

/** What is wrong with a value that is no CloudTrail record, and in which field. */
export function explainRecord(value: unknown): { readonly reason: string; readonly field: string } {
  const parsed = CloudTrailRecord.safeParse(value)
  const [field] = parsed.success ? [] : (parsed.error.issues[0]?.path ?? [])
  if (field === undefined) return { reason: 'not CloudTrail: no JSON object', field: 'document' }
  const name = String(field)
  const members = typeof value === 'object' && value !== null ? Object.keys(value) : []
  const state = members.includes(name) ? 'is not understood' : 'is missing'
  return { reason: `not CloudTrail: ${name} ${state}`, field: name }
}
