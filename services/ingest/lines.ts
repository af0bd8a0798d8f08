import { isSpace } from './scan.ts'
import type { Window } from './window.ts'

/** Finds the lines of a window. Each byte of the stream is searched for newlines only once. */
export class Lines {
  readonly #window: Window
  /** Offsets of the stream: the nearest newline, and up to where it was searched. */
  #found = -1
  #searched = 0

  constructor(window: Window) {
    this.#window = window
  }

  /** Position of the next newline; −1: none in sight. */
  newline(): number {
    const { base, at, bytes, end } = this.#window
    if (this.#found >= base + at) return this.#found - base
    const start = Math.max(base + at, this.#searched) - base
    const position = start < end ? bytes.subarray(0, end).indexOf(0x0a, start) : -1
    this.#searched = base + (position < 0 ? end : position + 1)
    this.#found = position < 0 ? -1 : base + position
    return position
  }

  /** Position behind the closing brace that only spaces follow in the line; −1: the line ends otherwise. */
  behindBrace(end: number): number {
    const { bytes, at } = this.#window
    let last = end - 1
    while (last > at && isSpace(bytes[last])) last--
    return bytes[last] === 0x7d ? last + 1 : -1
  }
}
