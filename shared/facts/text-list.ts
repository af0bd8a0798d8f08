import { roomFor } from './hash.ts'
import { Rows } from './rows.ts'
import { Values } from './values.ts'

/** Words of a text's row: the number of its beginning, and where the bytes of the rest begin. */
const [headAt, tailAt] = [0, 1]

/**
 * Very many texts by number, most of which are the same up to their last slash, as principals are: the beginning is kept once,
 * the rest as bytes of one shared buffer. To the garbage collector all of them are few objects.
 */
export class TextList {
  private readonly heads = new Values()
  private readonly rows = new Rows(2)
  private bytes = new Uint8Array(1 << 10)
  private used = 0

  /** @returns its number: they count from 0, also where two texts are the same */
  add(text: string): number {
    const cut = cutOf(text)
    const row = this.rows.add()
    this.rows.setWord(row, headAt, this.heads.number(text.slice(0, cut)))
    this.rows.setWord(row, tailAt, this.used)
    const end = this.used + text.length - cut
    if (end > this.bytes.length) this.grow(end)
    for (let at = cut; at < text.length; at++) this.bytes[this.used++] = text.charCodeAt(at)
    return row
  }

  text(n: number): string {
    return (
      this.head(n) + latin1(this.bytes).toString('latin1', this.rows.word(n, tailAt), this.end(n))
    )
  }

  /** Is this the text with that number? Makes no text. */
  is(n: number, text: string): boolean {
    const from = this.rows.word(n, tailAt)
    const head = this.head(n)
    const tail = this.end(n) - from
    if (text.length !== head.length + tail || !text.startsWith(head)) return false
    for (let i = 0; i < tail; i++)
      if (this.bytes[from + i] !== text.charCodeAt(head.length + i)) return false
    return true
  }

  private head(n: number): string {
    return this.heads.text(this.rows.word(n, headAt))
  }
  private end(n: number): number {
    return n + 1 < this.rows.size ? this.rows.word(n + 1, tailAt) : this.used
  }

  private grow(least: number): void {
    const bytes = new Uint8Array(Math.max(least, roomFor(this.bytes.length)))
    bytes.set(this.bytes)
    this.bytes = bytes
  }
}

/** Bytes as a buffer, which can read text; remembered beside them, since only plain bytes are saved. */
function latin1(bytes: Uint8Array): Buffer {
  let buffer = buffers.get(bytes)
  if (!buffer) {
    buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    buffers.set(bytes, buffer)
  }
  return buffer
}
const buffers = new WeakMap<Uint8Array, Buffer>()

/** Where the rest begins. A rest that does not fit into bytes is none: the whole text is the beginning. */
function cutOf(text: string): number {
  const cut = text.lastIndexOf('/') + 1
  for (let at = cut; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return text.length
  return cut
}
