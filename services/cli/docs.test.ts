import { expect, test } from 'vitest'
import { stalePages } from './docs.ts'

test('generated pages are up to date: npm run docs', () => {
  expect(stalePages().map(({ path }) => path)).toEqual([])
})
