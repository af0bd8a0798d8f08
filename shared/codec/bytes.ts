import { Bug } from '#shared/errors.ts'

const pieceMin = 1 << 12
const pieceMax = 1 << 20
/** The most that one number takes. */
const widest = 8

/** Numbers into pieces of bytes; what is full is never copied again. */
export class ByteWriter {
  readonly pieces: Uint8Array[] = []
  private piece = new Uint8Array(pieceMin)
  private view = new DataView(this.piece.buffer)
  private at = 0
  private full = 0

  get length(): number {
    return this.full + this.at
  }

  /** A whole number from 0 to 2³² − 1, seven bits a byte. */
  varint(n: number): void {
    if (this.at + widest > this.piece.length) this.next()
    const { piece } = this
    let { at } = this
    let left = n
    while (left > 127) {
      piece[at++] = (left & 127) | 128
      left = left >>> 7
    }
    piece[at++] = left
    this.at = at
  }

  float(x: number): void {
    if (this.at + widest > this.piece.length) this.next()
    this.view.setFloat64(this.at, x, true)
    this.at += 8
  }

  /** Bytes that nobody changes any more. */
  bytes(bytes: Uint8Array): void {
    this.close()
    this.pieces.push(bytes)
    this.full += bytes.length
  }

  end(): readonly Uint8Array[] {
    this.close()
    return this.pieces
  }

  private next(): void {
    const size = Math.min(this.piece.length * 2, pieceMax)
    this.close()
    this.piece = new Uint8Array(size)
    this.view = new DataView(this.piece.buffer)
  }

  private close(): void {
    if (this.at === 0) return
    this.pieces.push(this.piece.subarray(0, this.at))
    this.full += this.at
    this.piece = this.piece.subarray(this.at)
    this.view = new DataView(this.piece.buffer, this.piece.byteOffset)
    this.at = 0
  }
}

export class ByteReader {
  private at = 0
  private readonly bytes: Uint8Array
  private readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  varint(): number {
    const { bytes } = this
    let { at } = this
    let byte = bytes[at++] ?? 0
    let n = byte & 127
    for (let shift = 7; byte > 127; shift += 7) {
      byte = bytes[at++] ?? 0
      // Beyond 31 bits a shift would lose the sign.
      n = shift < 28 ? n | ((byte & 127) << shift) : n + (byte & 127) * 2 ** shift
    }
    if (at > bytes.length) throw new Bug('saved bytes end too early')
    this.at = at
    return n
  }

  float(): number {
    const x = this.view.getFloat64(this.at, true)
    this.at += 8
    return x
  }
}
