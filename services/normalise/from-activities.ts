import { AgentActivity } from '#shared/messages/activity.ts'
import type { Normalised, Pointer } from '#shared/messages/record.ts'
import { fieldsOf, isKind, wanted } from './activity-fields.ts'
import { quickActivity } from './activity-quick.ts'
import { isObject, readFields, type Fields } from './activity-read.ts'
import { looksLikeSecret } from './secrets.ts'

const dead = (reason: string, field: string): Normalised => ({ as: 'dead', reason, field })

const kinds = Object.keys(fieldsOf).join(', ')

/** Says what is wrong with the first bad field, in words; never repeats a value of the record. */
function explain(
  kind: AgentActivity['kind'],
  plain: Fields,
  path: readonly PropertyKey[],
): Normalised {
  const name = String(path[0] ?? 'kind')
  const field = fieldsOf[kind].find((each) => each.name === name)
  const found = plain[name] === undefined ? 'is missing' : 'is not understood'
  const hint = field ? `: it must be ${wanted[field.shape]}` : ''
  return dead(`${kind}: ${name} ${found}${hint}`, path.map(String).join('.') || name)
}

function checked(kind: AgentActivity['kind'], plain: Fields): AgentActivity | Normalised {
  const quick = quickActivity(kind, plain)
  if (quick) return quick
  const parsed = AgentActivity.safeParse(plain)
  return parsed.success ? parsed.data : explain(kind, plain, parsed.error.issues[0]?.path ?? [])
}

/**
 * One report of an agent, its orchestrator or a broker (docs/agent-activities.md) → one activity. Fields are known by several
 * names; unknown ones are dropped. A credential that looks like the secret itself is refused, and its text is not repeated.
 */
export function fromActivity(value: unknown, _pointer?: Pointer): Normalised {
  if (!isObject(value) || typeof value['kind'] !== 'string')
    return dead('not an agent activity: kind is no text', 'kind')
  const { kind } = value
  if (!isKind(kind)) return dead(`unknown kind of agent activity; known are ${kinds}`, 'kind')
  const plain = readFields(kind, value)
  const { credential } = plain
  if (typeof credential === 'string' && looksLikeSecret(credential))
    return dead(
      `${kind}: credential looks like a secret; send the public id or a keyed fingerprint`,
      'credential',
    )
  const activity = checked(kind, plain)
  if ('as' in activity) return activity
  return { as: 'mapped', record: `activity/${kind}/${activity.id}`, activities: [activity] }
}
