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
 * docs/semantics.md has an item `- **A1** …` for each rule, and in it `_Tests:_` with titles between backticks that stand in
 * the tree, or `_Not yet covered:_` with the reason.
 */
export const semanticsAreTested: Rule = {
  name: 'each rule of the semantics names its tests',
  broken: (tree) => {
    const items = itemsOf(tree.get('docs/semantics.md') ?? '')
    const tests = [...tree].filter(([path]) => path.endsWith('.test.ts')).map(([, text]) => text)
    return ruleIds.flatMap((id) => {
      const item = items.get(id)
      if (item === undefined) return [`docs/semantics.md: add an item "- **${id}** …"`]
      const titles = titlesOf(item)
      if (titles.length === 0 && !/_Not yet covered:_ \w/.test(item)) {
        return [
          `docs/semantics.md: ${id} names no test: add "_Tests:_" or "_Not yet covered:_ WHY"`,
        ]
      }
      return titles
        .filter((title) => !tests.some((text) => hasTitle(text, title)))
        .map((title) => `docs/semantics.md: ${id}: no test has the title "${title}"`)
    })
  },
}

/** The text of each rule by its id, on one line however it is broken on the page. */
function itemsOf(page: string): Map<string, string> {
  const items = page.split(/^- (?=\*\*[A-Z]\d\*\*)/m).slice(1)
  return new Map(items.map((item) => [item.slice(2, 4), item.replace(/\s+/g, ' ')]))
}

/** What stands between backticks behind `_Tests:_`, in the same sentence. */
function titlesOf(item: string): string[] {
  const [, list = ''] = /_Tests:_ ((?:`[^`]+`(?:, )?)+)/.exec(item) ?? []
  return [...list.matchAll(/`([^`]+)`/g)].map(([, title = '']) => title)
}

/** A title stands between quotes; `%s` tables may put more behind it. */
function hasTitle(text: string, title: string): boolean {
  const escaped = title.replaceAll("'", "\\'")
  return [`'${title}`, `"${title}`, `\`${title}`, `'${escaped}`].some((t) => text.includes(t))
}
