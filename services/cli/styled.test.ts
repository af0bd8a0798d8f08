import { expect, test } from 'vitest'
import { penFor, styled } from './styled.ts'

const pen = (isTerminal: boolean, environment: Record<string, string> = {}) =>
  penFor({ stdout: { write: () => undefined, isTerminal }, environment })

const pieces = ['key ', styled('high', 'AKIA')] as const

test.each([
  ['a terminal', pen(true), 'key \u001B[1;31mAKIA\u001B[0m'],
  ['a pipe', pen(false), 'key AKIA'],
  ['NO_COLOR', pen(true, { NO_COLOR: '1' }), 'key AKIA'],
  ['NO_COLOR that is empty', pen(true, { NO_COLOR: '' }), 'key \u001B[1;31mAKIA\u001B[0m'],
])('colours: %s', (_, write, line) => {
  expect(write(...pieces)).toBe(line)
})

test('escapes what could steer a terminal, with style and without', () => {
  expect(pen(false)('a\u001B[2J\r', styled('low', 'b\nc'))).toBe('a\\u{1b}[2J\\u{d}b\\u{a}c')
})
