import { compareMarks, type Mark } from './mark.ts'

/**
 * A list that keeps the k earliest marks by (time, id). Adding in any order and any number of times gives the same list.
 * Only a plain list of records may be bounded like this: an aggregate that is evicted and comes back has lost its past.
 */
export class EarliestList<M extends Mark> {
  readonly items: M[] = []
  /** How many additions the bound refused or pushed out. A lower bound of what is missing, for the counters. */
  dropped = 0
  readonly limit: number
  private readonly compare: (a: M, b: M) => number

  /** @param compare a total order that agrees with (time, id); items that compare equal are the same */
  constructor(limit: number, compare: (a: M, b: M) => number = compareMarks) {
    this.limit = limit
    this.compare = compare
  }

  /** Adds a mark; false if it was there already or is later than all that the bound keeps. */
  add(mark: M): boolean {
    const at = this.place(mark)
    const there = this.items[at]
    if (there && this.compare(there, mark) === 0) return false
    if (at >= this.limit) {
      this.dropped++
      return false
    }
    this.items.splice(at, 0, mark)
    if (this.items.length > this.limit) {
      this.items.length = this.limit
      this.dropped++
    }
    return true
  }

  private place(mark: M): number {
    let low = 0
    let high = this.items.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const item = this.items[middle]
      if (item && this.compare(item, mark) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
