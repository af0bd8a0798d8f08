import type { Piece } from './piece.ts'
import type { Window } from './window.ts'

/** A stretch of the stream that is no value and has not ended yet. Keeps its place, its reason and its first bytes. */
export class BadStretch {
  readonly #window: Window
  readonly #keptBytes: number
  #open: { readonly reason: string; readonly offset: number; text: string } | undefined

  constructor(window: Window, keptBytes: number) {
    this.#window = window
    this.#keptBytes = keptBytes
  }

  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** Begins here, or at an earlier offset; goes on if one is open already. */
  begin(reason: string, offset = this.#window.offset()): void {
    this.#open ??= { reason, offset, text: '' }
  }

  /** Takes in the bytes up to `end`. */
  take(end: number): void {
    const window = this.#window
    const stop = Math.min(end, window.end)
    const open = this.#open
    const room = this.#keptBytes - (open?.text.length ?? 0)
    if (open && room > 0) open.text += window.text(window.at, Math.min(stop, window.at + room))
    window.at = stop
  }

  /** Ends before the window's start. */
  flush(): Piece | undefined {
    const open = this.#open
    this.#open = undefined
    return open && { as: 'bad', ...open }
  }
}
