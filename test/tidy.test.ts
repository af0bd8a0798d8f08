import { expect, test } from 'vitest'
import { fileURLToPath } from 'node:url'
import { noLiteralOf } from './tidy/corpus.ts'
import { rules } from './tidy/rules.ts'
import { semanticsAreTested } from './tidy/semantics.ts'
import { treeAt } from './tidy/tree.ts'

/** Files that a rule needs and that are still to be written; empty when the release is ready. */
const notYet: readonly string[] = []

const needed = ['README.md', 'CHANGELOG.md', 'LICENSE', 'docs/semantics.md', 'docs/architecture.md']

const root = fileURLToPath(new URL('..', import.meta.url))
const corpus = fileURLToPath(new URL('../../shared/corpus', import.meta.url))
const tree = treeAt(root)

test.each([...rules, noLiteralOf(corpus)].map((rule) => [rule.name, rule] as const))(
  '%s',
  (_, rule) => expect(rule.broken(tree)).toEqual([]),
)

test('each rule of the semantics names its tests', () => {
  if (notYet.includes('docs/semantics.md')) return
  expect(semanticsAreTested.broken(tree)).toEqual([])
})

test('the pages that a newcomer needs are there', () => {
  const missing = needed.filter((page) => !tree.has(page) && !notYet.includes(page))
  expect(missing).toEqual([])
})

test('what is there is no longer listed as not yet there', () => {
  expect(notYet.filter((page) => tree.has(page))).toEqual([])
})
