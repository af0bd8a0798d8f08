import { Ids } from './ids.ts'
import type { Mark } from './mark.ts'

/**
 * First and latest sighting of many small values by many owners, as rows of shared typed arrays: about 60 bytes a row, and
 * a use that only moves `last` costs one probe. A value is two numbers (a, b); the owner is a number too. Rows never move;
 * each owner's rows hang on a chain, so that they can be listed.
 */
export class Sightings {
  size = 0
  private capacity = 1 << 10
  private owner = new Uint32Array(this.capacity)
  private a = new Uint32Array(this.capacity)
  private b = new Uint32Array(this.capacity)
  private link = new Int32Array(this.capacity)
  private firstAt = new Float64Array(this.capacity)
  private lastAt = new Float64Array(this.capacity)
  private readonly ids = new Ids(this.capacity * 2)
  private index = new Int32Array(this.capacity * 2).fill(-1)
  /** Slots of the index in use; a replaced row leaves its old slot behind until the next rebuild. */
  private used = 0

  /** Row of this value of this owner, or −1. */
  find(owner: number, a: number, b: number): number {
    const mask = this.index.length - 1
    for (let slot = spread(owner, a, b) & mask; ; slot = (slot + 1) & mask) {
      const row = this.index[slot] ?? -1
      if (row < 0) return -1
      if (this.owner[row] === owner && this.a[row] === a && this.b[row] === b) return row
    }
  }

  /** Makes a row and puts it before `next` on its owner's chain. */
  add(owner: number, a: number, b: number, next: number): number {
    if (this.size === this.capacity) this.grow()
    const row = this.size++
    this.owner[row] = owner
    this.link[row] = next
    this.put(row, a, b)
    return row
  }

  /** Gives a row to another value of the same owner: what a bound does when it evicts. */
  replace(row: number, a: number, b: number): void {
    this.a[row] = 0xffffffff
    this.put(row, a, b)
  }

  private put(row: number, a: number, b: number): void {
    this.a[row] = a
    this.b[row] = b
    this.firstAt[row] = Infinity
    this.lastAt[row] = -Infinity
    this.insert(row)
  }

  /** Notes a sighting; true if it is the first or the latest of its row. */
  touch(row: number, at: number, id: string): boolean {
    const first = this.firstAt[row] ?? Infinity
    const last = this.lastAt[row] ?? -Infinity
    let changed = false
    if (at > last || (at === last && this.ids.compare(row * 2 + 1, id) < 0)) {
      this.lastAt[row] = at
      this.ids.set(row * 2 + 1, id)
      changed = true
    }
    if (at < first || (at === first && this.ids.compare(row * 2, id) > 0)) {
      this.firstAt[row] = at
      this.ids.set(row * 2, id)
      changed = true
    }
    return changed
  }

  valueA(row: number): number {
    return this.a[row] ?? 0
  }
  valueB(row: number): number {
    return this.b[row] ?? 0
  }
  next(row: number): number {
    return this.link[row] ?? -1
  }
  first(row: number): Mark {
    return { at: this.firstAt[row] ?? 0, id: this.ids.get(row * 2) }
  }
  last(row: number): Mark {
    return { at: this.lastAt[row] ?? 0, id: this.ids.get(row * 2 + 1) }
  }
  firstTime(row: number): number {
    return this.firstAt[row] ?? Infinity
  }
  /** −Infinity in a row that was just made. */
  lastTime(row: number): number {
    return this.lastAt[row] ?? -Infinity
  }

  private insert(row: number): void {
    const mask = this.index.length - 1
    let slot = spread(this.owner[row] ?? 0, this.a[row] ?? 0, this.b[row] ?? 0) & mask
    while ((this.index[slot] ?? -1) >= 0) slot = (slot + 1) & mask
    this.index[slot] = row
    if (++this.used * 4 > this.index.length * 3) this.reindex()
  }

  private reindex(): void {
    this.index = new Int32Array(this.capacity * 2).fill(-1)
    this.used = 0
    for (let row = 0; row < this.size; row++) this.insert(row)
  }

  private grow(): void {
    this.capacity *= 2
    this.owner = wider(this.owner, new Uint32Array(this.capacity))
    this.a = wider(this.a, new Uint32Array(this.capacity))
    this.b = wider(this.b, new Uint32Array(this.capacity))
    this.link = wider(this.link, new Int32Array(this.capacity))
    this.firstAt = wider(this.firstAt, new Float64Array(this.capacity))
    this.lastAt = wider(this.lastAt, new Float64Array(this.capacity))
    this.ids.grow(this.capacity * 2)
    this.reindex()
  }
}

function wider<T extends Uint32Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}

function spread(owner: number, a: number, b: number): number {
  let h = Math.imul(owner ^ 0x9e3779b9, 0x85ebca6b)
  h = Math.imul((h ^ (h >>> 15)) + a, 0xc2b2ae35)
  h = Math.imul((h ^ (h >>> 13)) + b, 0x27d4eb2f)
  return (h ^ (h >>> 16)) >>> 0
}
