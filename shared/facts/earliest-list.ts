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

  /** @param compare an order that agrees with (time, id); of items that compare equal one is kept, the fuller */
  constructor(limit: number, compare: (a: M, b: M) => number = compareMarks) {
    this.limit = limit
    this.compare = compare
  }

  /** Adds a mark; false if it was there already, as full or fuller, or is later than all that the bound keeps. */
  add(mark: M): boolean {
    const at = this.place(mark)
    const there = this.items[at]
    if (there && this.compare(there, mark) === 0) {
      if (!fuller(mark, there)) return false
      this.items[at] = mark
      return true
    }
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

/** Two variants of one record may disagree: the longer one tells more, else the smaller text counts (SEMANTICS A2). */
function fuller(a: Mark, b: Mark): boolean {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)]
  return left.length > right.length || (left.length === right.length && left < right)
}
