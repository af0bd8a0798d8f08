import { latestTime, type AgentActivity } from '#shared/messages/activity.ts'
import { fieldsOf, type Shape } from './activity-fields.ts'
import { isObject, type Fields } from './activity-read.ts'
import { intern } from './intern.ts'

const id = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length > 0 && value.length <= 512 ? value : undefined

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Every month has these days, so the calendar need not be asked; the rest is in doubt, not wrong. */
const plainTime =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/

function time(value: unknown): number | undefined {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && value > 0 && value <= latestTime ? value : undefined
  return typeof value === 'string' && plainTime.test(value) ? Date.parse(value) : undefined
}

function every<T>(
  value: unknown,
  check: (item: unknown) => T | undefined,
): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined
  const items: readonly unknown[] = value
  return items.every((item) => check(item) !== undefined) ? (items as readonly T[]) : undefined
}

/** Keeps the object that the reader made: it has no other fields than the schema's. */
function scope(value: unknown): Fields | undefined {
  if (!isObject(value)) return undefined
  for (const name in value) {
    const part = value[name]
    const good = name === 'sensitivity' ? text(part) : every(part, name === 'handOffTo' ? id : text)
    if (good === undefined) return undefined
  }
  return value
}

const checks: Readonly<Record<Shape, (value: unknown) => unknown>> = {
  id,
  text,
  time,
  ids: (value) => every(value, id),
  texts: (value) => every(value, text),
  scope,
  credential: id,
  expires: time,
}

/** Names that very many activities repeat, so that they share the text. */
const shared: ReadonlySet<string> = new Set(['agent', 'issuer', 'source'])

/**
 * The activity, if its fields have the usual form; undefined means doubt, and the schema decides. Never accepts what the
 * schema would not, nor with another result (a test holds both together); it only spares the schema's cost.
 */
export function quickActivity(
  kind: AgentActivity['kind'],
  plain: Fields,
): AgentActivity | undefined {
  const activity: Record<string, unknown> = { kind }
  for (const { name, shape, required, filled } of fieldsOf[kind]) {
    const value = plain[name]
    if (value !== undefined) {
      const good = checks[shape](value)
      if (good === undefined) return undefined
      activity[name] = shared.has(name) ? intern(good as string) : good
    } else if (required) return undefined
    else if (filled) activity[name] = filled === 'list' ? [] : ''
  }
  return activity as AgentActivity
}
