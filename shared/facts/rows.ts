import { roomFor, slotsFor } from './hash.ts'

/**
 * Rows of one shared buffer: `width` 32-bit words each, an even number, with 64-bit numbers beside them in the same memory.
 * Millions of rows are two objects to the garbage collector. Rows never move; a new one is all zeros.
 */
export class Rows {
  size = 0
  words: Uint32Array
  /** The same memory in steps of 64 bits: number `n` of a row lies over its words `2n` and `2n + 1`. */
  times: Float64Array
  readonly width: number
  private capacity = 1 << 6

  constructor(width: number) {
    this.width = width
    this.words = new Uint32Array(this.capacity * width)
    this.times = new Float64Array(this.words.buffer)
  }

  add(): number {
    if (this.size === this.capacity) this.grow()
    return this.size++
  }

  word(row: number, at: number): number {
    return this.words[row * this.width + at] ?? 0
  }
  setWord(row: number, at: number, value: number): void {
    this.words[row * this.width + at] = value
  }
  time(row: number, at: number): number {
    return this.times[(row * this.width) / 2 + at] ?? 0
  }
  setTime(row: number, at: number, value: number): void {
    this.times[(row * this.width) / 2 + at] = value
  }

  private grow(): void {
    this.capacity = roomFor(this.capacity)
    const words = new Uint32Array(this.capacity * this.width)
    words.set(this.words)
    this.words = words
    this.times = new Float64Array(words.buffer)
  }
}

/** A look at one row, for classes that give its words names. Two looks at one row are two objects: `index` tells. */
export class RowView {
  readonly index: number
  private readonly rows: Rows

  constructor(rows: Rows, index: number) {
    this.rows = rows
    this.index = index
  }

  protected word(at: number): number {
    return this.rows.word(this.index, at)
  }
  protected setWord(at: number, value: number): void {
    this.rows.setWord(this.index, at, value)
  }
  protected time(at: number): number {
    return this.rows.time(this.index, at)
  }
  protected setTime(at: number, value: number): void {
    this.rows.setTime(this.index, at, value)
  }
  protected hasBit(at: number, bit: number): boolean {
    return (this.word(at) & bit) !== 0
  }
  protected setBit(at: number, bit: number, is: boolean): void {
    const word = this.word(at)
    this.setWord(at, is ? word | bit : word & ~bit)
  }
}

/**
 * Which rows may have a key, by a 32-bit hash of it: an open-addressed list of row numbers. Who asks compares the keys, and
 * goes on with the next slot until there is no row:
 *
 *     for (let slot = index.slot(hash); (row = index.at(slot)) >= 0; slot = index.next(slot))
 */
export class RowIndex {
  private slots = new Int32Array(slotsFor(1 << 6)).fill(-1)
  private size = 0

  slot(hash: number): number {
    return hash & (this.slots.length - 1)
  }
  next(slot: number): number {
    return (slot + 1) & (this.slots.length - 1)
  }
  /** The row in a slot; −1 if it is free. */
  at(slot: number): number {
    return this.slots[slot] ?? -1
  }

  /** Notes a row that is not there yet. @param hashOf hash of the key of any noted row, for when they must move */
  put(row: number, hashOf: (row: number) => number): void {
    if (++this.size * 4 > this.slots.length * 3) this.grow(hashOf)
    this.place(row, hashOf(row))
  }

  private place(row: number, hash: number): void {
    let slot = this.slot(hash)
    while (this.at(slot) >= 0) slot = this.next(slot)
    this.slots[slot] = row
  }

  private grow(hashOf: (row: number) => number): void {
    const before = this.slots
    this.slots = new Int32Array(before.length * 2).fill(-1)
    for (const row of before) if (row >= 0) this.place(row, hashOf(row))
  }
}
