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
  let i = start + scan.length
  let state: ScanEnd = 'more'
  for (; i < end && state === 'more'; i++) {
    const byte = bytes[i] ?? 0
    if (scan.inString) {
      if (scan.escaped) scan.escaped = false
      else if (byte === BACKSLASH) scan.escaped = true
      else if (byte === QUOTE) {
        scan.inString = false
        if (scan.depth === 0) state = 'done'
      } else if (byte < 0x20) break
    } else if (byte === QUOTE) scan.inString = true
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      if (i > start && !mayOpenAfter(bytes, start, i)) break
      if (++scan.depth > scan.deepest) scan.deepest = scan.depth
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      if (--scan.depth === 0) state = 'done'
    }
  }
  scan.length = i - start
  return state === 'more' && i < end ? 'broken' : state
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

/** How deep the brackets of one whole value go. */
export function depthOf(bytes: Uint8Array, start: number, end: number): number {
  const scan = newScan()
  advance(scan, bytes, start, end)
  return scan.deepest
}
