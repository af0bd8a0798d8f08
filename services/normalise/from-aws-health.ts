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

/** Entities of one event that are looked at. */
const entitiesMax = 100

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
  const keys = named
    .slice(0, entitiesMax)
    .map((entity) => text(fields(entity)['entityValue']))
    .filter((value) => keyId.test(value))
  if (keys.length === 0)
    return {
      as: 'dead',
      reason: `AWS Health event ${code} that names no key id`,
      field: 'detail.affectedEntities',
    }
  const activities = [...new Set(keys)].map((credential): KeyExposed => ({
    kind: 'key.exposed',
    id,
    at,
    credential,
    account,
    code,
  }))
  return { as: 'mapped', record: `health/${envelope || id}`, activities }
}
