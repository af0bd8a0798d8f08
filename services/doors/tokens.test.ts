import { expect, test } from 'vitest'
import type { SourceRow } from '#shared/ports/source-store.ts'
import { hashOf, sourceOf, tokenFrom } from './tokens.ts'

const token = tokenFrom(new Uint8Array(32).fill(1))
const next = tokenFrom(new Uint8Array(32).fill(2))
const other = tokenFrom(new Uint8Array(32).fill(3))
const rows: SourceRow[] = [
  { name: 'a', agents: ['*'], hashes: [hashOf(next), hashOf(token)], created: 1 },
  { name: 'b', agents: ['*'], hashes: [hashOf(other)], created: 1 },
  { name: 'damaged', agents: ['*'], hashes: ['', 'zz'], created: 1 },
]

test.each([
  ['a token', `Bearer ${token}`, 'a'],
  ['the one that replaces it', `Bearer ${next}`, 'a'],
  ['of another source', `Bearer ${other}`, 'b'],
  ['in any case of the scheme', `bearer  ${other}`, 'b'],
  ['none', undefined, undefined],
  ['empty', '', undefined],
  ['another scheme', `Basic ${token}`, undefined],
  ['without scheme', token, undefined],
  ['the hash itself', `Bearer ${hashOf(token)}`, undefined],
  ['cut', `Bearer ${token.slice(0, -1)}`, undefined],
  ['with more behind it', `Bearer ${token} x`, undefined],
  ['endless', `Bearer ${'x'.repeat(100_000)}`, undefined],
])('who it is: %s', (_, header, name) => {
  expect(sourceOf(rows, header)?.name).toBe(name)
})

test('nothing of a token is in what is stored of it', () => {
  expect(token).toMatch(/^ktr_[\w-]{43}$/)
  expect(hashOf(token)).toMatch(/^[0-9a-f]{64}$/)
  expect(JSON.stringify(rows)).not.toContain(token.slice(4, 20))
})
