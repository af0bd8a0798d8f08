import { describe, expect, test } from 'vitest'
import type { SourceRow, SourceStore } from '#shared/ports/source-store.ts'

export type SourcesUnderTest = {
  readonly store: SourceStore
  /** The same sources through another connection, as another process has it; absent in memory. */
  readonly another?: () => SourceStore
}

const row = (name: string, more: Partial<SourceRow> = {}): SourceRow => ({
  name,
  agents: ['ledger'],
  hashes: ['00'.repeat(32)],
  created: 1_777_885_200_000,
  ...more,
})

/** What every store of sources does. */
export function sourcesContract(name: string, make: () => SourcesUnderTest): void {
  describe(`sources: ${name}`, () => {
    test('are listed by name, with all that was said of them', () => {
      const { store, another } = make()
      const b = row('b', { rate: 5, silence: 60, agents: ['*'] })
      store.put(b)
      store.put(row('a'))
      expect((another?.() ?? store).all()).toEqual([row('a'), b])
    })

    test('one is replaced by its name', () => {
      const { store } = make()
      store.put(row('a'))
      store.put(row('a', { agents: [] }))
      expect(store.all()).toEqual([row('a', { agents: [] })])
    })

    test('one is removed, once', () => {
      const { store } = make()
      store.put(row('a'))
      store.put(row('b'))
      expect([store.remove('a'), store.remove('a'), store.remove('c')]).toEqual([
        true,
        false,
        false,
      ])
      expect(store.all()).toEqual([row('b')])
    })

    test('the list is the same one until something changes, whoever changes it', () => {
      const { store, another } = make()
      store.put(row('a'))
      const first = store.all()
      expect(store.all()).toBe(first)
      const other = another?.() ?? store
      other.put(row('b'))
      expect(store.all()).toHaveLength(2)
      other.remove('a')
      expect(store.all()).toEqual([row('b')])
    })
  })
}
