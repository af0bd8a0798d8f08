/**
 * The bytes of a stream that are not used up yet, as one piece. Positions are indices into `bytes` and hold until the next
 * `push`; position + `base` is an offset of the stream.
 */
export class Window {
  bytes: Buffer = Buffer.alloc(0)
  /** First byte that is not used up. */
  at = 0
  /** One past the last byte. */
  end = 0
  /** Offset of `bytes[0]` in the stream. */
  base = 0
  /** Is `bytes` our own memory, into which may be written? */
  #own = false

  /** Adds a chunk behind what is left. Takes it over without copying where nothing is left. */
  push(chunk: Uint8Array): void {
    const left = this.end - this.at
    if (left === 0) {
      this.base += this.end
      this.bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
      this.at = 0
      this.end = chunk.length
      this.#own = false
      return
    }
    if (!this.#own || this.bytes.length - this.end < chunk.length) this.#makeRoom(chunk.length)
    this.bytes.set(chunk, this.end)
    this.end += chunk.length
  }

  /** Offset in the stream of the first byte that is not used up. */
  offset(): number {
    return this.base + this.at
  }

  /** The text of a range; bytes that are no UTF-8 become U+FFFD. */
  text(from: number, to: number): string {
    return this.bytes.toString('utf8', from, to)
  }

  /** Growing by doubling keeps the copying linear, whatever the size of the chunks. */
  #makeRoom(more: number): void {
    const left = this.end - this.at
    const reuse = this.#own && this.bytes.length >= 2 * left + more
    const target = reuse ? this.bytes : Buffer.allocUnsafe(Math.max(2 * left + more, 64 * 1024))
    this.bytes.copy(target, 0, this.at, this.end)
    this.base += this.at
    this.bytes = target
    this.at = 0
    this.end = left
    this.#own = true
  }
}
