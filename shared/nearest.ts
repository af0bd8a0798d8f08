/**
 * The known name that a mistyped one most likely means, or undefined if none is close: at most
 * a third of its letters may differ. For messages of the kind `unknown X; did you mean Y?`.
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: { readonly name: string; readonly distance: number } | undefined
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    const isClose = distance <= Math.max(1, Math.floor(candidate.length / 3))
    if (isClose && (best === undefined || distance < best.distance)) {
      best = { name: candidate, distance }
    }
  }
  return best?.name
}

/** ` Did you mean "…"?`, or nothing; to append to a sentence. */
export function suggestion(name: string, known: Iterable<string>): string {
  const meant = nearest(name, known)
  return meant === undefined ? '' : ` Did you mean "${meant}"?`
}

/** Levenshtein distance: letters to insert, remove or replace. Long input counts as far away. */
function editDistance(a: string, b: string): number {
  if (a.length > longest || b.length > longest) return Infinity
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replace = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replace, at(row, j) + 1, at(next, j - 1) + 1))
    }
    row = next
  }
  return at(row, b.length)
}

/** The cost is quadratic, and the name comes from outside. */
const longest = 80

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
