import { hash128 } from './hash.ts'
import { Ids } from './ids.ts'
import type { Mark } from './mark.ts'

/**
 * Which credential made the call with this requestID: 64-bit hash → owner and mark, one row a direct use. Two rows may share
 * a request (a family); both are found. Beyond `limit` rows those with the smallest hashes stay, so that the bound is
 * order-free; `dropped` counts the rest.
 */
export class Requests {
  size = 0
  dropped = 0
  private capacity: number
  private low: Uint32Array
  private high: Uint32Array
  private owner: Uint32Array
  private at: Float64Array
  private ids: Ids
  private index: Int32Array
  /** Rows whose first hash word is above this are not kept. */
  private ceiling = 0xffffffff
  private readonly limit: number
  private readonly word = new Uint32Array(4)

  constructor(limit = 1 << 25) {
    this.limit = limit
    this.capacity = 1 << 10
    this.low = new Uint32Array(this.capacity)
    this.high = new Uint32Array(this.capacity)
    this.owner = new Uint32Array(this.capacity)
    this.at = new Float64Array(this.capacity)
    this.ids = new Ids(this.capacity)
    this.index = new Int32Array(this.capacity * 2).fill(-1)
  }

  add(request: string, owner: number, mark: Mark): void {
    hash128(request, this.word)
    const [low = 0, high = 0] = this.word
    if (low > this.ceiling) {
      this.dropped++
      return
    }
    const mask = this.index.length - 1
    let slot = high & mask
    for (; ; slot = (slot + 1) & mask) {
      const row = this.index[slot] ?? -1
      if (row < 0) break
      if (this.low[row] === low && this.high[row] === high && this.owner[row] === owner)
        if (this.at[row] === mark.at && this.ids.compare(row, mark.id) === 0) return
    }
    this.push(slot, low, high, owner, mark)
  }

  private push(slot: number, low: number, high: number, owner: number, mark: Mark): void {
    const row = this.size++
    this.low[row] = low
    this.high[row] = high
    this.owner[row] = owner
    this.at[row] = mark.at
    this.ids.set(row, mark.id)
    this.index[slot] = row
    while (this.size >= this.limit) this.halve()
    if (this.size === this.capacity) this.grow()
  }

  /** Every (owner, mark) that made a call with this requestID. */
  find(request: string): { readonly owner: number; readonly mark: Mark }[] {
    hash128(request, this.word)
    const [low, high = 0] = this.word
    const found: { owner: number; mark: Mark }[] = []
    const mask = this.index.length - 1
    for (let slot = high & mask; ; slot = (slot + 1) & mask) {
      const row = this.index[slot] ?? -1
      if (row < 0) return found
      if (this.low[row] === low && this.high[row] === high)
        found.push({ owner: this.owner[row] ?? 0, mark: { at: this.at[row] ?? 0, id: this.ids.get(row) } })
    }
  }

  /** Lowers the ceiling until half the rows fit; which rows stay depends on their hashes alone. */
  private halve(): void {
    this.ceiling = this.ceiling >>> 1
    const before = { size: this.size, low: this.low, high: this.high, owner: this.owner, at: this.at, ids: this.ids }
    this.size = 0
    this.ids = new Ids(this.capacity)
    this.low = new Uint32Array(this.capacity)
    this.high = new Uint32Array(this.capacity)
    this.owner = new Uint32Array(this.capacity)
    this.at = new Float64Array(this.capacity)
    for (let row = 0; row < before.size; row++) {
      if ((before.low[row] ?? 0) > this.ceiling) {
        this.dropped++
        continue
      }
      const to = this.size++
      this.low[to] = before.low[row] ?? 0
      this.high[to] = before.high[row] ?? 0
      this.owner[to] = before.owner[row] ?? 0
      this.at[to] = before.at[row] ?? 0
      this.ids.set(to, before.ids.get(row))
    }
    this.reindex()
  }

  private grow(): void {
    this.capacity *= 2
    const wide = <T extends Uint32Array | Float64Array>(from: T, to: T): T => (to.set(from), to)
    this.low = wide(this.low, new Uint32Array(this.capacity))
    this.high = wide(this.high, new Uint32Array(this.capacity))
    this.owner = wide(this.owner, new Uint32Array(this.capacity))
    this.at = wide(this.at, new Float64Array(this.capacity))
    this.ids.grow(this.capacity)
    this.reindex()
  }

  private reindex(): void {
    this.index = new Int32Array(this.capacity * 2).fill(-1)
    const mask = this.index.length - 1
    for (let row = 0; row < this.size; row++) {
      let slot = (this.high[row] ?? 0) & mask
      while ((this.index[slot] ?? -1) >= 0) slot = (slot + 1) & mask
      this.index[slot] = row
    }
  }
}
