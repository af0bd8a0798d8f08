/** Deeper nesting is written as a mark: recursion stays bounded, and no record that a cloud writes is so deep. */
const deepest = 1000

/** By UTF-16 code units, as RFC 8785 §3.2.3 orders members. */
const byUnits = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0

/**
 * The canonical JSON (RFC 8785) of a parsed value: members sorted by UTF-16 code units, no spaces, strings and numbers as
 * ECMAScript writes them, which is what the RFC prescribes. What JSON does not know (undefined, NaN, …) is written as null.
 */
export function canonicalise(value: unknown, depth = 0): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (depth > deepest) return '"…"'
  if (Array.isArray(value))
    return `[${value.map((item) => canonicalise(item, depth + 1)).join(',')}]`
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(byUnits)
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalise(member, depth + 1)}`)
  return `{${members.join(',')}}`
}
