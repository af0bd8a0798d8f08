import { describe, expect, test } from 'vitest'
import type { DeadLetters } from '#shared/ports/dead-letters.ts'

export type LettersUnderTest = {
  readonly letters: DeadLetters
  /** The same store after the process ended; absent where it does not outlive it. */
  readonly reopen?: () => DeadLetters
}

const letter = (id: string, reason = 'is no JSON') => ({
  id,
  reason,
  field: 'document',
  source: 'trail/file.json',
  offset: 12,
  text: `canary ${id}`,
})
const kept = (id: string, at: number, reason?: string) => {
  const { text: _, ...rest } = letter(id, reason)
  return { ...rest, at }
}

/** What every store of dead letters does; `make` gives one that keeps as many as it is told. */
export function deadLettersContract(name: string, make: (limit: number) => LettersUnderTest): void {
  describe(`dead letters: ${name}`, () => {
    test('are listed with reason, field, source and offset, and without what they said', () => {
      const { letters, reopen } = make(10)
      letters.add([letter('b'), letter('a')], 5)
      const again = reopen?.() ?? letters
      expect(again.list(10)).toEqual([kept('b', 5), kept('a', 5)])
      expect(again.get('a')).toEqual(kept('a', 5))
      expect(again.get('c')).toBeUndefined()
    })

    test('the same again changes nothing', () => {
      const { letters } = make(10)
      letters.add([letter('a')], 5)
      letters.add([letter('a'), letter('a')], 6)
      expect(letters.list(10)).toEqual([kept('a', 5)])
      expect(letters.counts()).toEqual([{ reason: 'is no JSON', count: 1 }])
    })

    test('are listed page by page', () => {
      const { letters } = make(10)
      letters.add(
        ['a', 'b', 'c'].map((id) => letter(id)),
        5,
      )
      expect(letters.list(2).map(({ id }) => id)).toEqual(['a', 'b'])
      expect(letters.list(2, 'b').map(({ id }) => id)).toEqual(['c'])
      expect(letters.list(2, 'c')).toEqual([])
    })

    test('beyond the bound they are counted', () => {
      const { letters } = make(2)
      letters.add(
        ['a', 'b', 'c'].map((id) => letter(id)),
        5,
      )
      letters.add([letter('d', 'is too long')], 6)
      expect(letters.list(10)).toHaveLength(2)
      expect(letters.counts()).toEqual([
        { reason: 'is no JSON', count: 3 },
        { reason: 'is too long', count: 1 },
      ])
    })

    test('old ones are forgotten, and stay counted', () => {
      const { letters } = make(2)
      letters.add([letter('a')], 5)
      letters.add([letter('b')], 6)
      expect(letters.forget(6)).toBe(1)
      expect(letters.list(10)).toEqual([kept('b', 6)])
      letters.add([letter('c')], 7)
      expect(letters.list(10)).toEqual([kept('b', 6), kept('c', 7)])
      expect(letters.counts()).toEqual([{ reason: 'is no JSON', count: 3 }])
    })
  })
}
