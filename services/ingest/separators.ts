import type { Window } from './window.ts'

/** Files have few ways to go from one record to the next; more than this many are left to the careful way. */
const most = 4
const longest = 128

type Known = { readonly bytes: Buffer; found: number; searched: number }

/**
 * The byte sequences that stand between two records of this file, learned from the file itself: from the last brace of one
 * record to the end of the first key of the next, such as `},{"eventVersion"`. They only *suggest* where a record ends;
 * the JSON parser decides. Each is searched for only once over the whole stream.
 */
export class Separators {
  readonly #window: Window
  readonly #known: Known[] = []
  /** Offset where a record ended whose separator is not known; −1: none. */
  #from = -1

  constructor(window: Window) {
    this.#window = window
  }

  /** Position of the brace of the nearest separator after the window's start; −1: none in sight. */
  nearest(): number {
    if (this.#from >= 0) this.#learn()
    let best = -1
    for (const separator of this.#known) {
      const at = this.#find(separator)
      if (at >= 0 && (best < 0 || at < best)) best = at
    }
    return best
  }

  /** A record ended at this position, and no known separator told so. */
  learnFrom(end: number): void {
    if (this.#known.length < most) this.#from = this.#window.base + end
  }

  /** Where an object begins behind another one, whatever its first key; −1: none in sight. */
  anyBetweenObjects(): number {
    const { bytes, at, end } = this.#window
    const found = bytes.subarray(0, end).indexOf('},{"', at)
    return found < 0 ? -1 : found + 1
  }

  #learn(): void {
    const { bytes, at, base } = this.#window
    const end = this.#from - base
    this.#from = -1
    const key = this.#keyEnd(at)
    if (end < 1 || key < 0 || key - end > longest) return
    const separator = Buffer.from(bytes.subarray(end - 1, key))
    if (this.#known.some((known) => known.bytes.equals(separator))) return
    this.#known.push({ bytes: separator, found: -1, searched: 0 })
  }

  /** Offsets of the stream are remembered, not positions: the window moves. */
  #find(separator: Known): number {
    const { bytes, base, at, end } = this.#window
    const from = base + at + 1
    if (separator.found >= from) return separator.found - base
    const start = Math.max(from, separator.searched) - base
    if (start >= end) return -1
    const found = bytes.subarray(0, end).indexOf(separator.bytes, start)
    separator.found = found < 0 ? -1 : base + found
    const next = found < 0 ? end - separator.bytes.length + 1 : found + 1
    separator.searched = base + Math.max(start, next)
    return found
  }

  /** One past the closing quote of the first key of the object at `start`; −1: not in sight. */
  #keyEnd(start: number): number {
    const { bytes, end } = this.#window
    const view = bytes.subarray(start, Math.min(end, start + longest))
    const open = view.indexOf(0x22)
    const close = open < 0 ? -1 : view.indexOf(0x22, open + 1)
    return close < 0 ? -1 : start + close + 1
  }
}
