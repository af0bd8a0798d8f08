import type { KeyExposed } from '#shared/messages/exposure.ts'
import type { Normalised } from '#shared/messages/record.ts'
import { fields, text, type Fields } from './fields.ts'
import { parseTime } from './times.ts'

/** An event of AWS Health as EventBridge sends it (AWS Health User Guide, "event schema"): an envelope around `detail`. */
export const isHealthEvent = (record: Fields): boolean =>
  record['source'] === 'aws.health' && typeof record['detail'] === 'object'

/** Events of the service RISK tell of credentials: exposed, compromised, suspected of either, or put in quarantine. */
const risk = /^AWS_RISK_/
/** Key ids (IAM User Guide, unique identifiers): long-lived, and of temporary credentials. */
const keyId = /^A[KS]IA[A-Z0-9]{12,}$/

/** Keys in one event; an event of EventBridge has room for some thousands (EventBridge User Guide, 256 KB). */
const keysMax = 10_000

const ignored = (reason: string): Normalised => ({ as: 'ignored', reason })

/**
 * One event → an activity for each key that it names. An event comes again with each change of its state, and from a second
 * region: its ARN says that it is the same. Never throws.
 */
export function fromHealth(record: Fields): Normalised {
  const detail = fields(record['detail'])
  const code = text(detail['eventTypeCode'])
  if (!risk.test(code)) return ignored('AWS Health event that is not about credentials')
  const at = parseTime(record['time'])
  if (!(at > 0)) return { as: 'dead', reason: 'event time is not understood', field: 'time' }
  const envelope = text(record['id'])
  const id = text(detail['eventArn']) || envelope
  if (id === '') return { as: 'dead', reason: 'AWS Health event without id', field: 'id' }
  const account = text(detail['affectedAccount']) || text(record['account'])
  const named = Array.isArray(detail['affectedEntities']) ? detail['affectedEntities'] : []
  const values = named.map((entity) => text(fields(entity)['entityValue']))
  const keys = [...new Set(values.filter((value) => keyId.test(value)))]
  if (keys.length > keysMax)
    return {
      as: 'dead',
      reason: `AWS Health event that names more than ${keysMax} keys`,
      field: 'detail.affectedEntities',
    }
  if (keys.length === 0)
    return {
      as: 'dead',
      reason: `AWS Health event ${code} that names no key id`,
      field: 'detail.affectedEntities',
    }
  const activities = keys.map((credential): KeyExposed => ({
    kind: 'key.exposed',
    id,
    at,
    credential,
    account,
    code,
  }))
  return { as: 'mapped', record: `health/${envelope || id}`, activities }
}
