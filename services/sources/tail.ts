import { createHash } from 'node:crypto'
import type { ByteSource } from '#shared/ports/sources.ts'
import { limits } from '#services/ingest/limits.ts'
import { sniff } from '#services/ingest/sniff.ts'

/** Bytes that are looked at to tell how a file is written. A first line that is longer makes it a document. */
const headBytes = 1024 * 1024
/** Bytes of which the fingerprint of a file is made. */
const fingerprintBytes = 256

/**
 * `lines`: one JSON object a line, so it may be read while somebody still writes to it, up to the last whole line.
 * `document`: everything else, which must be read as a whole.
 */
type Form = 'lines' | 'document'

/** How a file is written, and the fingerprint of its first bytes, of so many at the most. */
export type Head = { readonly form: Form; readonly print: (bytes: number) => string }

export async function headOf(file: ByteSource): Promise<Head> {
  const chunks: Uint8Array[] = []
  for await (const chunk of file.open({ from: 0, until: Math.min(file.size, headBytes) }))
    chunks.push(chunk)
  const first = Buffer.concat(chunks)
  const print = (bytes: number): string =>
    createHash('sha256')
      .update(first.subarray(0, Math.min(bytes, fingerprintBytes)))
      .digest('hex')
      .slice(0, 16)
  return { form: formOf(first), print }
}

function formOf(first: Buffer): Form {
  const kind = sniff(first)
  if (kind.as !== 'text' || kind.encoding !== 'utf-8') return 'document'
  const end = first.indexOf(0x0a)
  return end > 0 && isObject(first.toString('utf8', kind.skip, end)) ? 'lines' : 'document'
}

function isObject(line: string): boolean {
  if (!line.startsWith('{')) return false
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

const newline = 0x0a

/** The same bytes without what stands behind the last newline; `count` has what was passed on. */
export function wholeLines(chunks: AsyncIterable<Uint8Array>): {
  readonly lines: AsyncIterable<Uint8Array>
  readonly passed: () => number
} {
  let passed = 0
  async function* lines(): AsyncGenerator<Uint8Array> {
    let held: Uint8Array[] = []
    let heldBytes = 0
    for await (const chunk of chunks) {
      const end = chunk.lastIndexOf(newline) + 1
      // A line beyond all limits is passed on as it comes: its dead letter names the limit.
      const cut =
        end === 0 && heldBytes + chunk.length > 2 * limits.recordBytes ? chunk.length : end
      if (cut > 0) {
        passed += heldBytes + cut
        for (const part of held) yield part
        yield chunk.subarray(0, cut)
        held = []
        heldBytes = 0
      }
      if (cut < chunk.length) {
        held.push(chunk.subarray(cut))
        heldBytes += chunk.length - cut
      }
    }
  }
  return { lines: lines(), passed: () => passed }
}
