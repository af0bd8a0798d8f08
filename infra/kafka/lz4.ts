import { Damaged } from '#shared/ports/sources.ts'
import { copyWithin } from './snappy.ts'

const magic = 0x184d2204
/** Bytes that the output begins with; it is doubled as long as there is more. */
const firstRoom = 256 * 1024

/**
 * Undoes LZ4 frames (lz4_Frame_format.md and lz4_Block_format.md of lz4/lz4, 1.6.4). Checksums are not compared: brokers keep one
 * of each batch.
 *
 * @throws Damaged, also for what unpacks to more than `most` bytes
 */
export function unlz4(bytes: Uint8Array, most: number): Buffer {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (source.length < 7 || source.readUInt32LE(0) !== magic) throw cut()
  const flags = source[4] ?? 0
  const hasBlockSums = (flags & 0x10) !== 0
  let at = 7 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0)
  const out = { bytes: Buffer.alloc(Math.min(firstRoom, most)), length: 0, most }
  for (;;) {
    if (at + 4 > source.length) throw cut()
    const head = source.readUInt32LE(at)
    at += 4
    if (head === 0) return out.bytes.subarray(0, out.length)
    const length = head & 0x7fffffff
    if (at + length > source.length) throw cut()
    const part = source.subarray(at, at + length)
    if (head >>> 31 === 1) append(out, part)
    else unpack(part, out)
    at += length + (hasBlockSums ? 4 : 0)
  }
}

type Output = { bytes: Buffer; length: number; readonly most: number }

function room(out: Output, more: number): void {
  const need = out.length + more
  if (need <= out.bytes.length) return
  if (need > out.most) throw new Damaged(`lz4 that unpacks to more than ${out.most} bytes`)
  const larger = Buffer.alloc(Math.min(out.most, Math.max(need, out.bytes.length * 2)))
  out.bytes.copy(larger, 0, 0, out.length)
  out.bytes = larger
}

function append(out: Output, part: Buffer): void {
  room(out, part.length)
  part.copy(out.bytes, out.length)
  out.length += part.length
}

function unpack(source: Buffer, out: Output): void {
  let at = 0
  const longer = (length: number): number => {
    if (length !== 15) return length
    for (let sum = length; ;) {
      const byte = source[at++]
      if (byte === undefined) throw cut()
      sum += byte
      if (byte !== 255) return sum
    }
  }
  while (at < source.length) {
    const token = source[at++] ?? 0
    const literals = longer(token >> 4)
    if (at + literals > source.length) throw cut()
    append(out, source.subarray(at, at + literals))
    at += literals
    if (at === source.length) return
    if (at + 2 > source.length) throw cut()
    const back = source.readUInt16LE(at)
    at += 2
    const size = 4 + longer(token & 15)
    room(out, size)
    out.length = copyWithin(out.bytes, out.length, back, size)
  }
}

const cut = (): Damaged => new Damaged('lz4 that is cut or damaged')
