import { hash32 } from './hash.ts'

/** How items of a small set are told apart, merged and bounded. `merge` must be commutative, associative and idempotent. */
export type SetRule<T> = {
  readonly identity: (item: T) => string
  readonly merge: (a: T, b: T) => T
  readonly limit: number
}

/**
 * Adds an item to a short list that is a set: sorted by identity, equal identities merged, beyond the bound those with the
 * smallest hashes stay. Changes the list in place; true if anything changed.
 */
export function addTo<T>(list: T[], item: T, { identity, merge, limit }: SetRule<T>): boolean {
  const name = identity(item)
  const at = list.findIndex((each) => identity(each) >= name)
  const there = at < 0 ? undefined : list[at]
  if (there !== undefined && identity(there) === name) {
    const merged = merge(there, item)
    if (merged === there) return false
    list[at] = merged
    return true
  }
  list.splice(at < 0 ? list.length : at, 0, item)
  if (list.length <= limit) return true
  const names = list.map(identity)
  const worst = names.reduce((max, each) => (order(each, max) > 0 ? each : max))
  list.splice(names.indexOf(worst), 1)
  return worst !== name
}

const order = (a: string, b: string): number =>
  hash32(a) - hash32(b) || (a < b ? -1 : a > b ? 1 : 0)

/**
 * The same as a new list, for sets of which there are very many: a list has exactly the room that it needs. The list itself
 * if nothing changes.
 */
export function withItem<T>(list: readonly T[], item: T, rule: SetRule<T>): readonly T[] {
  const longer = [...list]
  return addTo(longer, item, rule) ? [...longer] : list
}

/** A set of plain strings. */
export const strings = (limit: number): SetRule<string> => ({
  identity: (item) => item,
  merge: (a) => a,
  limit,
})
