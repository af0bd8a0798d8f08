import { describe, expect, test } from 'vitest'
import type { Journal } from '#shared/ports/journal.ts'

export type JournalUnderTest = {
  readonly journal: Journal
  /** The same log after the process ended; absent where the store does not outlive it. */
  readonly reopen?: () => Journal
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const textsOf = (journal: Journal, after = 0) =>
  [...journal.read(after)].map(
    ({ position, at, body }) => `${position} ${at} ${new TextDecoder().decode(body)}`,
  )

/** What every log of batches does. */
export function journalContract(name: string, make: () => JournalUnderTest): void {
  describe(`journal: ${name}`, () => {
    test('is empty at first', () => {
      const { journal } = make()
      expect([journal.head(), journal.first(), textsOf(journal)]).toEqual([0, 1, []])
    })

    test('gives positions from 1 on, and reads behind any of them', () => {
      const { journal } = make()
      expect([journal.append(bytes('a'), 10), journal.append(bytes('b'), 20)]).toEqual([1, 2])
      expect(textsOf(journal)).toEqual(['1 10 a', '2 20 b'])
      expect(textsOf(journal, 1)).toEqual(['2 20 b'])
      expect(textsOf(journal, 2)).toEqual([])
      expect([journal.head(), journal.first()]).toEqual([2, 1])
      expect(new TextDecoder().decode(journal.batch(2)?.body)).toBe('b')
      expect([journal.batch(0), journal.batch(3)]).toEqual([undefined, undefined])
    })

    test('keeps bytes as they are, none and many', () => {
      const { journal } = make()
      const many = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) % 256)
      journal.append(new Uint8Array(), 1)
      journal.append(many, 2)
      many.fill(0, 0, 10)
      const [none, all] = [...journal.read(0)].map(({ body }) => body)
      expect(none?.length).toBe(0)
      expect([all?.length, all?.[1], all?.at(-1)]).toEqual([300_000, 7, (299_999 * 7) % 256])
    })

    test('reads on past what was logged meanwhile', () => {
      const { journal } = make()
      for (let n = 1; n <= 50; n++) journal.append(bytes(`${n}`), n)
      const read: number[] = []
      for (const { position } of journal.read(3)) {
        read.push(position)
        if (position === 10) journal.append(bytes('51'), 51)
      }
      expect(read).toEqual(Array.from({ length: 48 }, (_, i) => i + 4))
    })

    test('a bookmark is the last one of its source', () => {
      const { journal } = make()
      journal.append(bytes('a'), 1, { trail: '7', other: 'x' })
      journal.append(bytes('b'), 2, { trail: '8' })
      const marks = ['trail', 'other', 'none'].map((source) => journal.bookmark(source))
      expect(marks).toEqual(['8', 'x', undefined])
    })

    test('bookmarks are looked through by name, and put right without records', () => {
      const { journal } = make()
      const marks = { 'a/1': 'x', 'a/2': 'y', 'a/\u{1F600}': 'z', a0: 'other', a: 'other' }
      journal.append(bytes('a'), 1, marks)
      const first = journal.bookmarks('a/', '', 2)
      expect(first).toEqual([
        { source: 'a/1', mark: 'x' },
        { source: 'a/2', mark: 'y' },
      ])
      expect(journal.bookmarks('a/', 'a/2', 2)).toEqual([{ source: 'a/\u{1F600}', mark: 'z' }])
      expect(journal.bookmarks('b/', '', 2)).toEqual([])
      journal.remark({ 'a/1': null, 'a/2': 'new', 'a/3': null })
      const now = ['a/1', 'a/2', 'a0'].map((source) => journal.bookmark(source))
      expect(now).toEqual([undefined, 'new', 'other'])
      expect(journal.head()).toBe(1)
    })

    test('forgets by time, without a gap, and nothing behind the bound', () => {
      const { journal } = make()
      for (const at of [10, 20, 15, 30, 40]) journal.append(bytes(`${at}`), at)
      expect(journal.forget(18, 99)).toBe(1)
      // 15 came behind 20: what is left has no hole.
      expect(textsOf(journal)).toEqual(['2 20 20', '3 15 15', '4 30 30', '5 40 40'])
      expect(journal.forget(100, 3)).toBe(2)
      expect(journal.first()).toBe(4)
      expect([journal.batch(3), journal.batch(4)?.at]).toEqual([undefined, 30])
      expect(journal.forget(35, 99)).toBe(1)
    })

    test('never gives a position again, also when all is forgotten', () => {
      const { journal, reopen } = make()
      journal.append(bytes('a'), 1)
      journal.append(bytes('b'), 2)
      expect(journal.forget(100, 100)).toBe(2)
      expect([journal.head(), journal.first()]).toEqual([2, 3])
      expect((reopen?.() ?? journal).append(bytes('c'), 3)).toBe(3)
    })

    test('is there after the process ended, where it is on disk', () => {
      const { journal, reopen } = make()
      journal.append(bytes('a'), 1, { trail: '7' })
      const again = reopen?.() ?? journal
      expect([textsOf(again), again.bookmark('trail')]).toEqual([['1 1 a'], '7'])
    })
  })
}
