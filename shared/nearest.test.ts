import { expect, test } from 'vitest'
import { nearest, suggestion } from '#shared/nearest.ts'

const known = ['replay', 'who', 'detections', 'deadletters']

test.each([
  ['repaly', 'replay'],
  ['Replay', 'replay'],
  ['detection', 'detections'],
  ['deadleters', 'deadletters'],
  ['wo', 'who'],
  ['bench', undefined],
  ['', undefined],
  ['x'.repeat(10_000), undefined],
])('"%s" means %s', (name, meant) => expect(nearest(name, known)).toBe(meant))

test('a suggestion is a sentence to append, or nothing', () => {
  expect(suggestion('repaly', known)).toBe(' Did you mean "replay"?')
  expect(suggestion('bench', known)).toBe('')
})
