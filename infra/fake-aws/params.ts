import type { Params } from './call.ts'
import { invalid } from './errors.ts'

/** @throws ApiError `ValidationError` where it is missing or no text, as IAM says it. */
export function required(params: Params, name: string): string {
  const value = params[name]
  if (typeof value === 'string' && value !== '') return value
  throw invalid(
    `1 validation error detected: Value null at '${lowerFirst(name)}' failed to satisfy constraint: Member must not be null`,
  )
}

export function optional(params: Params, name: string): string | undefined {
  const value = params[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The query protocol sends numbers as text. */
export function numberIn(params: Params, name: string, fallback: number): number {
  const value = Number(params[name] ?? fallback)
  if (!Number.isInteger(value)) throw invalid(`${name} must be a whole number`)
  return value
}

/** `[{ Key, Value }]`. At most 50 (IAM and STS API References). */
export function tagsIn(params: Params): Map<string, string> {
  const tags = params['Tags']
  if (tags === undefined) return new Map()
  if (!Array.isArray(tags) || tags.length > 50) throw invalid('Tags must be a list of at most 50')
  return new Map(
    tags.map((tag: Params): [string, string] => [
      required(tag, 'Key'),
      optional(tag, 'Value') ?? '',
    ]),
  )
}

export function textsIn(params: Params, name: string): readonly string[] {
  const value = params[name]
  return Array.isArray(value) ? value.map(String) : []
}

const lowerFirst = (name: string): string => name.slice(0, 1).toLowerCase() + name.slice(1)

/** Names as CloudTrail writes them: `UserName` → `userName`, at every depth. */
export function lowerNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerNames)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [lowerFirst(name), lowerNames(inner)]),
  )
}
