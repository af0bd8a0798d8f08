const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_OBJECT = 0x7b
const OPEN_LIST = 0x5b
const CLOSE_OBJECT = 0x7d
const CLOSE_LIST = 0x5d

/** Progress of a search for the end of one JSON value; it can go on when more bytes arrive. */
export type Scan = {
  /** Bytes of the value seen so far. */
  length: number
  depth: number
  deepest: number
  inString: boolean
  escaped: boolean
}

export const newScan = (depth = 0): Scan => ({
  length: 0,
  depth,
  deepest: depth,
  inString: false,
  escaped: false,
})

export type ScanEnd = 'done' | 'more' | 'broken'

/**
 * Walks on through the value that begins at `start` until its last byte (`done`), the end of the bytes (`more`), or a
 * byte that no JSON value may have there (`broken`); `scan.length` then tells how far it came. Brackets in strings do not
 * count. Two values that stand side by side without a comma, and raw control characters in strings, are broken, so that
 * one cut record does not swallow those after it.
 */
export function advance(scan: Scan, bytes: Uint8Array, start: number, end: number): ScanEnd {
  let { depth, deepest, inString, escaped } = scan
  let state: ScanEnd = 'more'
  let i = start + scan.length
  for (; i < end; i++) {
    const byte = bytes[i] ?? 0
    if (inString) {
      if (escaped) escaped = false
      else if (byte === BACKSLASH) escaped = true
      else if (byte === QUOTE) {
        inString = false
        if (depth === 0) break
      } else if (byte < 0x20) break
    } else if (byte === QUOTE) inString = true
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      if (i > start && !mayOpenAfter(bytes, start, i)) break
      if (++depth > deepest) deepest = depth
    } else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && --depth === 0) break
  }
  if (i < end) state = depth === 0 && !inString ? 'done' : 'broken'
  Object.assign(scan, { depth, deepest, inString, escaped })
  scan.length = state === 'done' ? i + 1 - start : i - start
  return state
}

/** May a value begin here? Only after a comma, a colon or the opening of a list. */
function mayOpenAfter(bytes: Uint8Array, start: number, at: number): boolean {
  let before = at - 1
  while (before > start && isSpace(bytes[before])) before--
  const byte = bytes[before]
  return byte === COMMA || byte === COLON || byte === OPEN_LIST
}

/** White space as JSON defines it (RFC 8259 §2). */
export const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** Does a number or word end before this byte? */
export const endsScalar = (byte: number | undefined): boolean =>
  byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT || isSpace(byte)

/**
 * Do more than `limit` brackets stand open at once somewhere in the whole value? Nearly every value has fewer brackets than
 * that at all, and counting them is much faster than walking.
 */
export function isDeeper(limit: number, bytes: Buffer, start: number, end: number): boolean {
  if (end - start <= 2 * limit) return false
  const value = bytes.subarray(start, end)
  const objects = count(value, OPEN_OBJECT, limit)
  if (objects + count(value, OPEN_LIST, limit - objects) <= limit) return false
  const scan = newScan()
  advance(scan, bytes, start, end)
  return scan.deepest > limit
}

/** How often the byte occurs; counts no further than just above `limit`. */
function count(bytes: Buffer, byte: number, limit: number): number {
  let found = 0
  for (let at = bytes.indexOf(byte); at >= 0 && found <= limit; found++) {
    at = bytes.indexOf(byte, at + 1)
  }
  return found
}
