import type { Rule } from './rules.ts'

/** The rules of docs/semantics.md, by chapter: how many each has (G counts from 0). */
const chapters: Readonly<Record<string, readonly [first: number, last: number]>> = {
  A: [1, 7],
  B: [1, 6],
  C: [1, 5],
  D: [1, 5],
  E: [1, 4],
  F: [1, 6],
  G: [0, 2],
}

/** `A1`, `A2`, … `G2`. */
export const ruleIds: readonly string[] = Object.entries(chapters).flatMap(
  ([chapter, [first, last]]) =>
    Array.from({ length: last - first + 1 }, (_, i) => `${chapter}${first + i}`),
)

/**
 * docs/semantics.md has a row `| A1 | … |` for each rule, with titles of tests between backticks
 * that stand in the tree, or with `not yet covered: WHY`.
 */
export const semanticsAreTested: Rule = {
  name: 'each rule of the semantics names its tests',
  broken: (tree) => {
    const page = tree.get('docs/semantics.md') ?? ''
    const tests = [...tree].filter(([path]) => path.endsWith('.test.ts')).map(([, text]) => text)
    return ruleIds.flatMap((id) => {
      const row = page.split('\n').find((line) => line.startsWith(`| ${id} |`))
      if (row === undefined) return [`docs/semantics.md: add a row "| ${id} | \`title\` |"`]
      const titles = [...row.matchAll(/`([^`]+)`/g)].map(([, title = '']) => title)
      if (titles.length === 0 && !/not yet covered: \w/.test(row)) {
        return [`docs/semantics.md: ${id} names no test: add one, or "not yet covered: WHY"`]
      }
      return titles
        .filter((title) => !tests.some((text) => hasTitle(text, title)))
        .map((title) => `docs/semantics.md: ${id}: no test has the title "${title}"`)
    })
  },
}

/** A title stands between quotes; `%s` tables may put more behind it. */
function hasTitle(text: string, title: string): boolean {
  const escaped = title.replaceAll("'", "\\'")
  return [`'${title}`, `"${title}`, `\`${title}`, `'${escaped}`].some((t) => text.includes(t))
}
