import { createHash } from 'node:crypto'

/** Deeper nesting is written as a mark: no field that is read lies so deep, and recursion stays bounded. */
const deepest = 256

/**
 * The canonical JSON (RFC 8785) of a parsed value: keys sorted by UTF-16 code units, no spaces, numbers as ECMAScript
 * writes them.
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (depth >= deepest) return '"…"'
  if (Array.isArray(value))
    return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member, depth + 1)}`)
  return `{${members.join(',')}}`
}

/** `sha256:` and the digest of a value's canonical JSON: the same content has the same id, however its keys are ordered. */
export function contentId(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`
}
