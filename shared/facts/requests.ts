import { hash64, roomFor, slotsFor } from './hash.ts'
import type { Mark } from './mark.ts'
import { compareIds, PackedIds, unpackId, type IdTable } from './uuid.ts'

/** One row is 40 bytes: low and high word of the hash, owner, (gap), time, id. */
const rowWords = 10
const [lowAt, highAt, ownerAt, idAt] = [0, 1, 2, 6]
const [timeAt, rowTimes] = [2, 5]

/**
 * Which credential made the call with this requestID: 64-bit hash → owner and mark, one row a direct use. Two rows may share
 * a request (a family); both are found. Beyond `limit` rows those with the smallest hashes stay, so that the bound is
 * order-free; `dropped` counts the rest.
 */
export class Requests {
  size = 0
  dropped = 0
  private capacity = 1 << 10
  private words = new Uint32Array(this.capacity * rowWords)
  private times = new Float64Array(this.words.buffer)
  private index = new Int32Array(slotsFor(this.capacity)).fill(-1)
  private readonly table: IdTable
  private readonly id: Uint32Array
  private readonly hash = new Uint32Array(2)
  /** Rows whose first hash word is above this are not kept. */
  private ceiling = 0xffffffff
  private readonly limit: number

  constructor(ids: PackedIds = new PackedIds(), limit = 1 << 25) {
    this.table = ids.table
    this.id = ids.words
    this.limit = limit
  }

  /** Notes a use by the packed id. */
  add(request: string, owner: number, at: number): void {
    hash64(request, this.hash)
    const [low = 0, high = 0] = this.hash
    if (low > this.ceiling) {
      this.dropped++
      return
    }
    const { index } = this
    const mask = index.length - 1
    let slot = high & mask
    for (; ; slot = (slot + 1) & mask) {
      const row = index[slot] ?? -1
      if (row < 0) break
      if (this.is(row, low, high) && this.owner(row) === owner && this.same(row, at)) return
    }
    this.push(slot, low, high, owner, at)
  }

  /** Every (owner, mark) that made a call with this requestID. */
  find(request: string): { readonly owner: number; readonly mark: Mark }[] {
    hash64(request, this.hash)
    const [low = 0, high = 0] = this.hash
    const found: { owner: number; mark: Mark }[] = []
    const mask = this.index.length - 1
    for (let slot = high & mask; ; slot = (slot + 1) & mask) {
      const row = this.index[slot] ?? -1
      if (row < 0) return found
      if (this.is(row, low, high)) found.push({ owner: this.owner(row), mark: this.mark(row) })
    }
  }

  private is(row: number, low: number, high: number): boolean {
    return (
      this.words[row * rowWords + lowAt] === low && this.words[row * rowWords + highAt] === high
    )
  }
  private owner(row: number): number {
    return this.words[row * rowWords + ownerAt] ?? 0
  }
  private same(row: number, at: number): boolean {
    const stored = this.times[row * rowTimes + timeAt]
    return stored === at && compareIds(this.table, this.words, row * rowWords + idAt, this.id) === 0
  }
  private mark(row: number): Mark {
    const at = this.times[row * rowTimes + timeAt] ?? 0
    return { at, id: unpackId(this.table, this.words, row * rowWords + idAt) }
  }

  private push(slot: number, low: number, high: number, owner: number, at: number): void {
    const row = this.size++
    const word = row * rowWords
    this.words[word + lowAt] = low
    this.words[word + highAt] = high
    this.words[word + ownerAt] = owner
    this.times[row * rowTimes + timeAt] = at
    this.words.set(this.id, word + idAt)
    this.index[slot] = row
    while (this.size >= this.limit) this.halve()
    if (this.size === this.capacity) this.grow()
  }

  /** Lowers the ceiling until half the rows fit; which rows stay depends on their hashes alone. */
  private halve(): void {
    this.ceiling = this.ceiling >>> 1
    let kept = 0
    for (let row = 0; row < this.size; row++) {
      if ((this.words[row * rowWords + lowAt] ?? 0) > this.ceiling) continue
      this.words.copyWithin(kept * rowWords, row * rowWords, (row + 1) * rowWords)
      kept++
    }
    this.dropped += this.size - kept
    this.size = kept
    this.reindex()
  }

  private grow(): void {
    this.capacity = roomFor(this.capacity)
    const words = new Uint32Array(this.capacity * rowWords)
    words.set(this.words)
    this.words = words
    this.times = new Float64Array(words.buffer)
    if (slotsFor(this.capacity) !== this.index.length) this.reindex()
  }

  private reindex(): void {
    this.index = new Int32Array(slotsFor(this.capacity)).fill(-1)
    const mask = this.index.length - 1
    for (let row = 0; row < this.size; row++) {
      let slot = (this.words[row * rowWords + highAt] ?? 0) & mask
      while ((this.index[slot] ?? -1) >= 0) slot = (slot + 1) & mask
      this.index[slot] = row
    }
  }
}
