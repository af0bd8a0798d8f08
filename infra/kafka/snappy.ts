import { Damaged } from '#shared/ports/sources.ts'

/** How the Java client begins what it writes (snappy-java, SnappyCodec): a header of 16 bytes, then blocks with their length. */
const javaHeader = Buffer.from('\x82SNAPPY\0', 'latin1')
const javaHeaderBytes = 16

/**
 * Undoes Snappy, as a block or as the Java client frames it. Bounded by what the blocks say of themselves before anything of
 * them is unpacked (format_description.txt of google/snappy).
 *
 * @throws Damaged
 */
export function unsnappy(bytes: Uint8Array, most: number): Buffer {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (!source.subarray(0, javaHeader.length).equals(javaHeader)) return block(source, most)
  const blocks: Buffer[] = []
  let left = most
  for (let at = javaHeaderBytes; at < source.length;) {
    if (at + 4 > source.length) throw cut()
    const length = source.readUInt32BE(at)
    at += 4
    if (at + length > source.length) throw cut()
    const one = block(source.subarray(at, at + length), left)
    blocks.push(one)
    left -= one.length
    at += length
  }
  return Buffer.concat(blocks)
}

function block(source: Buffer, most: number): Buffer {
  const { value: length, next } = lengthIn(source)
  if (length > most) throw new Damaged(`snappy that unpacks to more than ${most} bytes`)
  const out = Buffer.alloc(length)
  let at = next
  let to = 0
  while (at < source.length) {
    const tag = byteAt(source, at++)
    if ((tag & 3) === 0) {
      const extra = Math.max(0, (tag >> 2) - 59)
      const size = 1 + (extra === 0 ? tag >> 2 : littleEndian(source, at, extra))
      at += extra
      if (at + size > source.length || to + size > length) throw cut()
      source.copy(out, to, at, at + size)
      at += size
      to += size
      continue
    }
    const kind = tag & 3
    const size = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2)
    const back =
      kind === 1
        ? ((tag >> 5) << 8) | byteAt(source, at)
        : littleEndian(source, at, kind === 2 ? 2 : 4)
    at += kind === 1 ? 1 : kind === 2 ? 2 : 4
    to = copyWithin(out, to, back, size)
  }
  if (to !== length) throw cut()
  return out
}

/** Copies what stands `back` bytes before; it may reach into what it writes. @returns behind the copy @throws Damaged */
export function copyWithin(out: Buffer, to: number, back: number, size: number): number {
  if (back === 0 || back > to || to + size > out.length) throw cut()
  for (let i = 0; i < size; i++) out[to + i] = out[to + i - back] ?? 0
  return to + size
}

function lengthIn(source: Buffer): { readonly value: number; readonly next: number } {
  let value = 0
  for (let i = 0; i < 5; i++) {
    const byte = byteAt(source, i)
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return { value, next: i + 1 }
  }
  throw cut()
}

function littleEndian(source: Buffer, at: number, bytes: number): number {
  if (at + bytes > source.length) throw cut()
  return source.readUIntLE(at, bytes)
}

function byteAt(source: Buffer, at: number): number {
  const byte = source[at]
  if (byte === undefined) throw cut()
  return byte
}

const cut = (): Damaged => new Damaged('snappy that is cut or damaged')
