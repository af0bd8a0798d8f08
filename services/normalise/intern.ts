/** Entries of one table; a table that is full is emptied, so memory stays bounded and nothing but speed changes. */
const tableLimit = 1 << 18
/** Slots of the small table in front. A power of two. */
const slots = 1 << 12

/** A slot by length and eight letters: far cheaper than the hash of a fresh text, and the whole is compared afterwards. */
function slotOf(text: string): number {
  const n = text.length
  let h = n
  h = Math.imul(h, 31) + text.charCodeAt(n - 1)
  h = Math.imul(h, 31) + text.charCodeAt(n - 2)
  h = Math.imul(h, 31) + text.charCodeAt(n - 3)
  h = Math.imul(h, 31) + text.charCodeAt(n - 4)
  h = Math.imul(h, 31) + text.charCodeAt(n - 5)
  h = Math.imul(h, 31) + text.charCodeAt(n >> 1)
  h = Math.imul(h, 31) + text.charCodeAt(n - (n >> 2))
  h = Math.imul(h, 31) + text.charCodeAt(n >> 2)
  return (h ^ (h >>> 12)) & (slots - 1)
}

/**
 * A table from a text to what was once computed from it. Equal texts give the same object in memory, so that later
 * comparisons and look-ups are cheap; nothing may depend on that but speed. Tables are per process and never travel.
 */
export function memo<T>(compute: (text: string) => T, limit = tableLimit): (text: string) => T {
  const table = new Map<string, T>()
  const texts: string[] = Array.from({ length: slots }, () => '')
  const values: T[] = Array.from({ length: slots }, () => compute(''))
  const find = (text: string): T => {
    const known = table.get(text)
    if (known !== undefined) return known
    if (table.size >= limit) table.clear()
    const value = compute(text)
    table.set(text, value)
    return value
  }
  return (text) => {
    const slot = slotOf(text)
    if (texts[slot] === text) return values[slot] as T
    const value = find(text)
    texts[slot] = text
    values[slot] = value
    return value
  }
}

/** Returns one and the same string for equal texts. */
export const intern = memo((text) => text)
