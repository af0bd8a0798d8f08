/** A JSON object whose members may have any type: CloudTrail's nested fields keep to no schema. */
export type Fields = Readonly<Record<string, unknown>>

const none: Fields = Object.freeze({})

/** The value if it is an object, else an object without members: a field of another type must not lose the record. */
export const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : none

/** The value if it is text, else ''. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Text of a value that some services write as a number or a boolean. */
export const plain = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : ''

/** `true` and `"true"`: services differ. */
export const isTrue = (value: unknown): boolean => plain(value).toLowerCase() === 'true'
export const isFalse = (value: unknown): boolean => plain(value).toLowerCase() === 'false'

/** A number, also where it is written as text; NaN else. */
export const count = (value: unknown): number =>
  typeof value === 'number'
    ? value
    : typeof value === 'string' && value !== ''
      ? Number(value)
      : Number.NaN

/**
 * The items of a list in the shapes that AWS services write: a list, `{items: [...]}` (EC2), `{member: [...]}` (query
 * protocol), `{tag, content}` (EC2's newer calls), or a single item where there is only one (S3's XML).
 */
export function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (value === undefined || value === null || value === '') return []
  const object = fields(value)
  if ('items' in object) return list(object['items'])
  if ('member' in object) return list(object['member'])
  if ('content' in object && 'tag' in object) return [object['content']]
  return object === none || Object.keys(object).length > 0 ? [value] : []
}

/** The texts of such a list. */
export const texts = (value: unknown): readonly string[] => list(value).map(plain).filter(Boolean)

/** The first of several names under which services write one thing. */
export function firstText(of: Fields, ...names: readonly string[]): string {
  for (const name of names) {
    const value = plain(of[name])
    if (value !== '') return value
  }
  return ''
}

/** Whether AWS left the document out, or a publisher hid it: what it said is not known. */
export function isCut(value: unknown): boolean {
  if (typeof value === 'string') return value.startsWith('HIDDEN_DUE_TO') || value === '...'
  return isTrue(fields(value)['omitted'])
}

/** How many leaves a JSON value has; the fuller of two variants of one record wins (SEMANTICS A2). */
export function leaves(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null || depth > 100) return 1
  let sum = 0
  if (Array.isArray(value)) for (const item of value) sum += leaves(item, depth + 1)
  else for (const name in value) sum += leaves((value as Fields)[name], depth + 1)
  return sum
}
