import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memo } from './intern.ts'

test('a text gives what was computed from it, also where the table is full and texts look alike', () => {
  const upper = memo((text) => text.toUpperCase(), 8)
  const alike = fc.integer({ min: 0, max: 9 }).map((n) => `${'x'.repeat(60)}${n}${'y'.repeat(60)}`)
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), alike)), (texts) => {
      for (const text of texts) expect(upper(text)).toBe(text.toUpperCase())
    }),
  )
})
