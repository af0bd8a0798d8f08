import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printable, printableUpTo } from '#shared/printable.ts'

test.each([
  ['plain text stays', 'deploy-bot', 'deploy-bot'],
  ['every script stays', 'Zürich 東京 🚀', 'Zürich 東京 🚀'],
  ['a terminal sequence', '\u001b[2Jall clear', '\\u{1b}[2Jall clear'],
  ['a one-byte sequence starter', '\u009b31m', '\\u{9b}31m'],
  ['a forged line', 'ok\r\nincident: none', 'ok\\u{d}\\u{a}incident: none'],
  ['a reversed name', 'user\u202etxt.exe', 'user\\u{202e}txt.exe'],
  ['an invisible difference', 'ad\u200bmin', 'ad\\u{200b}min'],
  ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
  ['half of a pair', 'a\ud83d', 'a\\u{d83d}'],
])('%s', (_, text, shown) => expect(printable(text)).toBe(shown))

test('nothing that steers a terminal passes, whatever the text', () => {
  const steers = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0x10ffff })), (codes) => {
      expect(printable(String.fromCodePoint(...codes))).not.toMatch(steers)
    }),
  )
})

test('long text is cut, and says so', () => {
  expect(printableUpTo(5, 'abcdef')).toBe('abcd…')
  expect(printableUpTo(6, 'abcdef')).toBe('abcdef')
})
