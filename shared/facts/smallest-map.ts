import { hash32 } from './hash.ts'

/**
 * A map that keeps the entries with the k smallest key hashes. What it keeps depends only on which keys ever came, not on
 * when; an entry is never evicted and re-admitted with half its past.
 */
export class SmallestMap<V> {
  /** Made on first need: many sessions have such maps, and most of these stay empty. */
  private held: Map<string, V> | undefined
  /** How many additions of keys beyond the bound were refused or pushed out. */
  dropped = 0
  readonly limit: number
  private worst: string | undefined

  constructor(limit: number) {
    this.limit = limit
  }

  get entries(): ReadonlyMap<string, V> {
    return this.held ?? nothing
  }

  get(key: string): V | undefined {
    return this.held?.get(key)
  }

  /** Merges a value into its entry; false if the bound does not keep the key. `merge` must be a fact's merge. */
  merge(key: string, value: V, merge: (old: V, value: V) => V): boolean {
    const held = (this.held ??= new Map<string, V>())
    const old = held.get(key)
    if (old !== undefined) {
      held.set(key, merge(old, value))
      return true
    }
    if (held.size >= this.limit) {
      const worst = this.largest()
      this.dropped++
      if (order(key, worst) >= 0) return false
      held.delete(worst)
      this.worst = undefined
    }
    held.set(key, value)
    if (this.worst !== undefined && order(key, this.worst) > 0) this.worst = key
    return true
  }

  /** Entries sorted by key, for anything that must not depend on arrival. */
  sorted(): [string, V][] {
    return [...this.entries].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  }

  private largest(): string {
    if (this.worst === undefined) {
      for (const key of this.entries.keys())
        if (this.worst === undefined || order(key, this.worst) > 0) this.worst = key
    }
    return this.worst ?? ''
  }
}

const nothing: ReadonlyMap<string, never> = new Map<string, never>()

const order = (a: string, b: string): number =>
  hash32(a) - hash32(b) || (a < b ? -1 : a > b ? 1 : 0)
