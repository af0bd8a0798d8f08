import type { Window } from './window.ts'

/**
 * How the records of a run of files follow each other: what stands between two records, from the last brace of one to the
 * quote before the first key of the next, such as `},{"`, and which first keys there are. Files may share it; it changes
 * only how fast they are cut.
 */
export type Habits = { readonly gaps: Buffer[]; readonly keys: Set<string> }

export const newHabits = (): Habits => ({
  gaps: [Buffer.from('},{"')],
  keys: new Set(['eventVersion']),
})

/** More than these are left to the careful way. */
const most = { gaps: 4, keys: 32 }
const longest = { gap: 96, key: 64 }
const QUOTE = 0x22

/**
 * Finds where one record of a stream seems to end and the next to begin. That only *suggests* an end; the JSON parser
 * decides. Each gap is searched for once over the whole stream.
 */
export class Separators {
  readonly #window: Window
  readonly #habits: Habits
  /** For each gap: the offset in the stream where it was found next, and up to where it was searched. */
  readonly #found: number[] = []
  readonly #searched: number[] = []
  /** Offset where a record ended whose separator is not known; −1: none. */
  #from = -1

  constructor(window: Window, habits: Habits) {
    this.#window = window
    this.#habits = habits
  }

  /** Position of the brace before the nearest separator after the window's start; −1: none in sight. */
  nearest(): number {
    if (this.#from >= 0) this.#learn()
    let best = -1
    for (let gap = 0; gap < this.#habits.gaps.length; gap++) {
      const at = this.#find(gap)
      if (at >= 0 && (best < 0 || at < best)) best = at
    }
    return best
  }

  /** A record ended at this position, and no known separator told so. */
  learnFrom(end: number): void {
    this.#from = this.#window.base + end
  }

  #learn(): void {
    const { bytes, at, base, end } = this.#window
    const from = this.#from - base
    this.#from = -1
    const quote = bytes.subarray(0, Math.min(end, at + longest.gap)).indexOf(QUOTE, at)
    if (from < 1 || quote < 0 || quote - from > longest.gap) return
    const key = this.#keyAt(quote + 1)
    const { gaps, keys } = this.#habits
    if (key === '') return
    if (keys.size < most.keys) keys.add(key)
    const gap = Buffer.from(bytes.subarray(from - 1, quote + 1))
    if (gaps.length < most.gaps && !gaps.some((known) => known.equals(gap))) gaps.push(gap)
  }

  /** The nearest place of this gap that is followed by a known first key. */
  #find(index: number): number {
    const gap = this.#habits.gaps[index]
    const { bytes, base, at, end } = this.#window
    const before = this.#found[index] ?? -1
    if (gap === undefined || before > base + at) return before - base
    const view = bytes.subarray(0, end)
    let from = Math.max(at + 1, (this.#searched[index] ?? 0) - base)
    let found = view.indexOf(gap, from)
    while (found >= 0 && !this.#habits.keys.has(this.#keyAt(found + gap.length))) {
      from = found + 1
      found = view.indexOf(gap, from)
    }
    this.#found[index] = found < 0 ? -1 : base + found
    const next = found < 0 ? Math.max(from, end - gap.length - longest.key) : found + 1
    this.#searched[index] = base + next
    return found
  }

  /** The key that begins here, up to its closing quote; '' if that is not in sight or far. */
  #keyAt(start: number): string {
    const { bytes, end } = this.#window
    const until = Math.min(end, start + longest.key)
    let close = start
    while (close < until && bytes[close] !== QUOTE) close++
    return close < until ? bytes.toString('latin1', start, close) : ''
  }
}
