import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Damaged } from '#shared/ports/sources.ts'
import { unlz4 } from './lz4.ts'
import { unsnappy } from './snappy.ts'

/** "aaaaaaaaaaaaaaaaaaaa…": one literal, then a copy that reaches into itself, as encoders write runs. */
const run = 'a'.repeat(64)
const lz4Run = Buffer.concat([
  Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]),
  Buffer.from([10, 0, 0, 0]),
  Buffer.from([0x1f, 0x61, 0x01, 0x00, 39, 0x40, 0x61, 0x61, 0x61, 0x61]),
  Buffer.from([0, 0, 0, 0]),
])

/** Literals only, which every encoder may write. */
const snappyOf = (bytes: Uint8Array): Buffer => {
  const parts: Buffer[] = []
  let length = bytes.length
  const head: number[] = []
  for (; length > 127; length = Math.floor(length / 128)) head.push((length % 128) | 128)
  head.push(length)
  for (let at = 0; at < bytes.length; at += 60) {
    const part = bytes.subarray(at, at + 60)
    parts.push(Buffer.from([(part.length - 1) << 2]), Buffer.from(part))
  }
  return Buffer.concat([Buffer.from(head), ...parts])
}

describe('snappy', () => {
  test('literals of any length, as a block and in the frames of Java', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const block = snappyOf(bytes)
        expect(unsnappy(block, 1000).equals(bytes)).toBe(true)
        const length = Buffer.alloc(4)
        length.writeUInt32BE(block.length)
        const header = Buffer.from('\x82SNAPPY\0\0\0\0\x01\0\0\0\x01', 'latin1')
        const framed = Buffer.concat([header, length, block, length, block])
        expect(unsnappy(framed, 1000)).toEqual(Buffer.concat([bytes, bytes]))
      }),
    )
  })

  test('a copy that reaches into itself', () => {
    // 1 literal, then 63 bytes from 1 byte back: tag 2 with size 63.
    const block = Buffer.from([64, 0x00, 0x61, (62 << 2) | 2, 0x01, 0x00])
    expect(unsnappy(block, 64).toString()).toBe(run)
  })

  test('more than is allowed is refused before it is unpacked', () => {
    const bomb = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00, 0x61])
    expect(() => unsnappy(bomb, 1000)).toThrow('more than 1000 bytes')
  })
})

describe('lz4', () => {
  test('a run, and no more than is allowed', () => {
    expect(unlz4(lz4Run, 1000).toString()).toBe('a'.repeat(1 + 4 + 15 + 39 + 4))
    expect(() => unlz4(lz4Run, 32)).toThrow('more than 32 bytes')
  })

  test('blocks that are stored as they are', () => {
    const frame = Buffer.concat([
      lz4Run.subarray(0, 7),
      Buffer.from([3, 0, 0, 0x80, 1, 2, 3, 0, 0, 0, 0]),
    ])
    expect(unlz4(frame, 10)).toEqual(Buffer.from([1, 2, 3]))
  })
})

test('whatever the bytes are, they are unpacked or refused as damaged', () => {
  const starts = [Buffer.alloc(0), lz4Run.subarray(0, 7), lz4Run, snappyOf(Buffer.from(run))]
  fc.assert(
    fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 60 }), (start, rest) => {
      for (const unpack of [unlz4, unsnappy]) {
        const made = outcomeOf(() => unpack(Buffer.concat([start, rest]), 500))
        expect(made instanceof Damaged || made.length <= 500).toBe(true)
      }
    }),
  )
})

/** What comes out, or the refusal; other failures are passed on. */
function outcomeOf(unpack: () => Buffer): Buffer | Damaged {
  try {
    return unpack()
  } catch (thrown) {
    if (thrown instanceof Damaged) return thrown
    throw thrown
  }
}
