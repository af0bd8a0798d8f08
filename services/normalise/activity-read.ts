import type { AgentActivity } from '#shared/messages/activity.ts'
import { fieldsOf, type Field, type Shape } from './activity-fields.ts'

export type Fields = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Null and the empty text say the same as an absent field: serialisers of several languages write them so. */
const present = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

function first(fields: Fields, names: readonly string[]): unknown {
  for (const name of names) {
    const value = fields[name]
    if (present(value)) return value
  }
  return undefined
}

/** `YYYY-MM-DD HH:MM:SS`, as SQL exports write UTC, in the form of RFC 3339. */
const sqlTime = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,9})?)$/

const readTime = (value: unknown): unknown =>
  typeof value === 'string' && value[10] === ' ' ? value.replace(sqlTime, '$1T$2Z') : value

const readList = (value: unknown): unknown =>
  Array.isArray(value)
    ? [...new Set(value.filter(present))]
    : typeof value === 'string'
      ? [value]
      : value

const publicIds = ['accessKeyId', 'access_key_id', 'fingerprint', 'id']
const expiries = ['expiresAt', 'expires_at', 'expires', 'expiration']

/** A masked key id names nobody (SEMANTICS A3). */
const masked = (id: unknown): boolean =>
  typeof id === 'string' && (id.includes('*') || id.includes('…'))

function readCredential(value: unknown): unknown {
  const id = isObject(value) ? first(value, publicIds) : value
  return masked(id) ? undefined : id
}

const scopeLists = {
  services: ['services'],
  actions: ['actions'],
  accounts: ['accounts'],
  regions: ['regions'],
  resources: ['resources'],
  handOffTo: ['handOffTo', 'hand_off_to'],
}

/** An action of an IAM policy, `Service:Operation` with `*` allowed; `s3:read` names none and bounds only the service. */
const iamAction = /^[a-z0-9-]+:[A-Z*][A-Za-z0-9*]*$/

function readScopeList(items: readonly unknown[]): unknown {
  if (!items.every((item) => typeof item === 'string')) return { services: items }
  const services = [...new Set(items.map((item) => item.split(':', 1)[0] ?? '').filter(present))]
  const actions = items.every((item) => iamAction.test(item))
    ? { actions: [...new Set(items)] }
    : {}
  return services.length === 0
    ? undefined
    : services.includes('*')
      ? actions
      : { services, ...actions }
}

function readScope(value: unknown): unknown {
  if (Array.isArray(value)) return readScopeList(value)
  if (!isObject(value)) return value
  const scope: Record<string, unknown> = {}
  for (const [name, names] of Object.entries(scopeLists)) {
    const list = first(value, names)
    if (list !== undefined) scope[name] = readList(list)
  }
  const sensitivity = value['sensitivity']
  if (present(sensitivity)) scope['sensitivity'] = sensitivity
  return scope
}

const asIs = (value: unknown): unknown => value

const readers: Readonly<Record<Shape, (value: unknown) => unknown>> = {
  id: asIs,
  text: asIs,
  time: readTime,
  ids: readList,
  texts: readList,
  scope: readScope,
  credential: readCredential,
  expires: readTime,
}

function readField(value: Fields, field: Field): unknown {
  const found = first(value, field.names)
  if (found !== undefined) return readers[field.shape](found)
  const credential = field.shape === 'expires' ? value['credential'] : undefined
  return isObject(credential) ? readTime(first(credential, expiries)) : undefined
}

/** The fields of an activity under their own names; what the table does not list stays outside. Nothing is judged yet. */
export function readFields(kind: AgentActivity['kind'], value: Fields): Record<string, unknown> {
  const plain: Record<string, unknown> = { kind }
  for (const field of fieldsOf[kind]) {
    const found = readField(value, field)
    if (found !== undefined) plain[field.name] = found
  }
  return plain
}
