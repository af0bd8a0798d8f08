import { roomFor, slotsFor } from './hash.ts'
import type { Mark } from './mark.ts'
import { compareIds, PackedIds, unpackId, type IdTable } from './uuid.ts'

/** One row is 64 bytes, a cache line: owner, a, b, link; first and latest time; first and latest id. */
const rowWords = 16
const [ownerAt, aAt, bAt, linkAt, firstIdAt, lastIdAt] = [0, 1, 2, 3, 8, 12]
/** Times in 64-bit steps of the same memory. */
const [firstAt, lastAt, rowTimes] = [2, 3, 8]
const noRow = 0xffffffff

/**
 * First and latest sighting of many small values by many owners, as rows of one shared buffer: a use that only moves `last`
 * costs one probe and one row. A value is two numbers (a, b); the owner is a number too. Rows never move; each owner's
 * rows hang on a chain, so that they can be listed.
 */
export class Sightings {
  size = 0
  private capacity = 1 << 10
  private words = new Uint32Array(this.capacity * rowWords)
  private times = new Float64Array(this.words.buffer)
  private readonly table: IdTable
  private readonly id: Uint32Array
  private index = new Int32Array(slotsFor(this.capacity)).fill(-1)
  /** Slots of the index in use; a replaced row leaves its old slot behind until the next rebuild. */
  private used = 0

  /** @param ids where the id that is noted next is packed, shared with other tables of one partition */
  constructor(ids: PackedIds = new PackedIds()) {
    this.table = ids.table
    this.id = ids.words
  }

  /** Row of this value of this owner, or −1. */
  find(owner: number, a: number, b: number): number {
    const { index, words } = this
    const mask = index.length - 1
    for (let slot = spread(owner, a, b) & mask; ; slot = (slot + 1) & mask) {
      const row = index[slot] ?? -1
      if (row < 0) return -1
      const at = row * rowWords
      if (words[at] === owner && words[at + aAt] === a && words[at + bAt] === b) return row
    }
  }

  /** Makes a row and puts it before `next` on its owner's chain. */
  add(owner: number, a: number, b: number, next: number): number {
    if (this.size === this.capacity) this.grow()
    const row = this.size++
    const at = row * rowWords
    this.words[at + ownerAt] = owner
    this.words[at + linkAt] = next < 0 ? noRow : next
    this.put(row, a, b)
    return row
  }

  /** Gives a row to another value of the same owner: what a bound does when it evicts. */
  replace(row: number, a: number, b: number): void {
    this.put(row, a, b)
  }

  /** Notes a sighting by the packed id; true if it is the first or the latest of its row. */
  touch(row: number, time: number): boolean {
    const { words, times, id } = this
    const at = row * rowWords
    const timeAt = row * rowTimes
    const last = times[timeAt + lastAt] ?? -Infinity
    const first = times[timeAt + firstAt] ?? Infinity
    let changed = false
    if (time > last || (time === last && compareIds(this.table, words, at + lastIdAt, id) < 0)) {
      times[timeAt + lastAt] = time
      copyId(words, at + lastIdAt, id)
      changed = true
    }
    if (time < first || (time === first && compareIds(this.table, words, at + firstIdAt, id) > 0)) {
      times[timeAt + firstAt] = time
      copyId(words, at + firstIdAt, id)
      changed = true
    }
    return changed
  }

  valueA(row: number): number {
    return this.words[row * rowWords + aAt] ?? 0
  }
  valueB(row: number): number {
    return this.words[row * rowWords + bAt] ?? 0
  }
  next(row: number): number {
    const next = this.words[row * rowWords + linkAt] ?? noRow
    return next === noRow ? -1 : next
  }
  first(row: number): Mark {
    return {
      at: this.firstTime(row),
      id: unpackId(this.table, this.words, row * rowWords + firstIdAt),
    }
  }
  last(row: number): Mark {
    return {
      at: this.lastTime(row),
      id: unpackId(this.table, this.words, row * rowWords + lastIdAt),
    }
  }
  firstTime(row: number): number {
    return this.times[row * rowTimes + firstAt] ?? Infinity
  }
  /** −Infinity in a row that was just made. */
  lastTime(row: number): number {
    return this.times[row * rowTimes + lastAt] ?? -Infinity
  }

  private put(row: number, a: number, b: number): void {
    this.words[row * rowWords + aAt] = a
    this.words[row * rowWords + bAt] = b
    this.times[row * rowTimes + firstAt] = Infinity
    this.times[row * rowTimes + lastAt] = -Infinity
    this.insert(row)
  }

  private insert(row: number): void {
    const { index, words } = this
    const mask = index.length - 1
    const at = row * rowWords
    let slot = spread(words[at] ?? 0, words[at + aAt] ?? 0, words[at + bAt] ?? 0) & mask
    while ((index[slot] ?? -1) >= 0) slot = (slot + 1) & mask
    index[slot] = row
    if (++this.used * 4 > index.length * 3) this.reindex()
  }

  private reindex(): void {
    this.index = new Int32Array(slotsFor(this.capacity)).fill(-1)
    this.used = 0
    for (let row = 0; row < this.size; row++) this.insert(row)
  }

  private grow(): void {
    this.capacity = roomFor(this.capacity)
    const words = new Uint32Array(this.capacity * rowWords)
    words.set(this.words)
    this.words = words
    this.times = new Float64Array(words.buffer)
    if (slotsFor(this.capacity) !== this.index.length) this.reindex()
  }
}

function copyId(words: Uint32Array, at: number, id: Uint32Array): void {
  words[at] = id[0] ?? 0
  words[at + 1] = id[1] ?? 0
  words[at + 2] = id[2] ?? 0
  words[at + 3] = id[3] ?? 0
}

function spread(owner: number, a: number, b: number): number {
  let h = Math.imul(owner ^ 0x9e3779b9, 0x85ebca6b)
  h = Math.imul((h ^ (h >>> 15)) + a, 0xc2b2ae35)
  h = Math.imul((h ^ (h >>> 13)) + b, 0x27d4eb2f)
  return (h ^ (h >>> 16)) >>> 0
}
