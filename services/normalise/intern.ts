/** Entries of one table; a table that is full is emptied, so memory stays bounded and nothing but speed changes. */
const tableLimit = 1 << 16
/** Sets of the small table in front, a power of two, and places in each. */
const sets = 1 << 12
const ways = 4

/**
 * A print of a text by its length and some ten to twenty of its letters: far cheaper than the hash of a fresh text, and the whole
 * is compared afterwards. Texts that differ elsewhere only, such as versions of one user agent, share it and so their set.
 */
export function printOf(text: string): number {
  const n = text.length
  const step = n >> 3 || 1
  let h = n
  for (let i = n - 1; i >= 0; i -= step) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0
  h = (Math.imul(h, 31) + text.charCodeAt(n - 2)) | 0
  h = (Math.imul(h, 31) + text.charCodeAt(n - 3)) | 0
  h ^= h >>> 15
  return h ^ (h >>> 7)
}

/**
 * A table from a text to what was once computed from it. Equal texts give the same object in memory, so that later
 * comparisons and look-ups are cheap; nothing may depend on that but speed. Tables are per process and never travel.
 */
export function memo<T>(compute: (text: string) => T, limit = tableLimit): (text: string) => T {
  type Entry = { readonly text: string; readonly value: T }
  const table = new Map<string, Entry>()
  const near: (Entry | undefined)[] = Array.from({ length: sets * ways }, () => undefined)
  // Beside each other in memory, so that other texts of the set need not be touched.
  const prints = new Int32Array(sets * ways)
  let turn = 0
  const find = (text: string): Entry => {
    const known = table.get(text)
    if (known !== undefined) return known
    if (table.size >= limit) table.clear()
    const entry = { text, value: compute(text) }
    table.set(text, entry)
    return entry
  }
  return (text) => {
    const print = printOf(text)
    const start = (print & (sets - 1)) * ways
    for (let at = start; at < start + ways; at++) {
      const entry = prints[at] === print ? near[at] : undefined
      if (entry?.text === text) return entry.value
    }
    const entry = find(text)
    const at = start + (turn++ & (ways - 1))
    prints[at] = print
    near[at] = entry
    return entry.value
  }
}

/** Returns one and the same string for equal texts. */
export const intern = memo((text) => text)

/** The same for two texts together, for the few thousand pairs that there are: calls of AWS services. */
export function memoPair<T>(compute: (a: string, b: string) => T): (a: string, b: string) => T {
  const known: ({ readonly a: string; readonly b: string; readonly value: T } | undefined)[] =
    Array.from({ length: sets * ways }, () => undefined)
  const prints = new Int32Array(sets * ways)
  let turn = 0
  return (a, b) => {
    const print = (printOf(b) + Math.imul(a.length, 0x9e3779b1)) | 0
    const start = (print & (sets - 1)) * ways
    for (let at = start; at < start + ways; at++) {
      const entry = prints[at] === print ? known[at] : undefined
      if (entry && entry.b === b && entry.a === a) return entry.value
    }
    const at = start + (turn++ & (ways - 1))
    const value = compute(a, b)
    prints[at] = print
    known[at] = { a, b, value }
    return value
  }
}

/** The same for a text that mostly equals the last one asked for, such as the time in a stream of records. */
export function memoLast<T>(compute: (text: string) => T): (text: string) => T {
  let last = ''
  let value = compute(last)
  return (text) => {
    if (text !== last) {
      value = compute(text)
      last = text
    }
    return value
  }
}
