import { isDeeper } from '#services/ingest/scan.ts'
import { Malformed, TooMany } from './wire.ts'

/** What one request may hold, whatever its encoding. */
export type BodyLimits = {
  /** Brackets open at once. */
  readonly depth: number
  /** Objects and lists in all; a short one is a few bytes on the wire and dozens in memory. */
  readonly parts: number
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** @throws Malformed: JSON is UTF-8 (RFC 8259 §8.1). */
export function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new Malformed('the body is not UTF-8')
  }
}

/**
 * Checks before anything is built that a body is neither too deep nor too rich in parts; brackets in texts count too, which
 * costs an honest sender nothing.
 * @throws TooMany
 */
export function checkBody(bytes: Uint8Array, { depth, parts }: BodyLimits): void {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (isDeeper(depth, body, 0, body.length)) throw new TooMany(`deeper than ${depth} levels`)
  if (body.length <= parts) return
  let found = 0
  for (const byte of body) if ((byte === 0x7b || byte === 0x5b) && ++found > parts) break
  if (found > parts) throw new TooMany(`more than ${parts} parts`)
}

/** @throws Malformed; the words of the parser are not told, since they repeat what was sent. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Malformed('the body is not JSON')
  }
}
