/** Entries of one table; a table that is full is emptied, so memory stays bounded and nothing but speed changes. */
export const internLimit = 1 << 18

/**
 * A table from a text to what was once computed from it. Equal texts give the same object in memory, so that later
 * comparisons and look-ups are cheap; nothing may depend on that but speed. Tables are per process and never travel.
 */
export function memo<T>(compute: (text: string) => T, limit = internLimit): (text: string) => T {
  const table = new Map<string, T>()
  return (text) => {
    const known = table.get(text)
    if (known !== undefined) return known
    if (table.size >= limit) table.clear()
    const value = compute(text)
    table.set(text, value)
    return value
  }
}

/** Returns one and the same string for equal texts. */
export const intern = memo((text) => text)
