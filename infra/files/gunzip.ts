import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { createGunzip, gunzip as gunzipCallback } from 'node:zlib'
import { Damaged, Unreadable } from '#shared/ports/sources.ts'

const gunzipWhole = promisify(gunzipCallback)

const KiB = 1024
/** A gzip stream of at most this many bytes that comes in one chunk is inflated in one go. */
const smallest = 1024 * KiB
/** Beyond this a small file is inflated as a stream: its first byte may be a bomb's. */
const wholeOutput = 32 * 1024 * KiB
const streamChunk = 512 * KiB

/**
 * Undoes gzip (RFC 1952), several members too. Inflating runs on libuv's threads, beside the parsing of what came before.
 * Throws where the stream is cut or damaged, after it has given all that stands before the damage.
 */
export async function* gunzip(compressed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = compressed[Symbol.asyncIterator]()
  const first = await chunks.next()
  if (first.done) return
  const second = await chunks.next()
  const whole = second.done ? await inflateWhole(first.value) : undefined
  if (whole) {
    yield whole
    return
  }
  yield* inflateStream(rest([first.value], second, chunks))
}

/** The inflated bytes of a small file; undefined if it has to go the long way: large, cut or damaged. */
async function inflateWhole(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  if (bytes.length > smallest) return undefined
  try {
    return await gunzipWhole(bytes, {
      chunkSize: sizeHint(bytes),
      maxOutputLength: wholeOutput,
    })
  } catch {
    return undefined
  }
}

/** The last four bytes tell the size of the last member (RFC 1952 §2.3.1): one buffer then holds it all. Only a hint. */
function sizeHint(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const told = bytes.length < 18 ? 0 : view.getUint32(bytes.length - 4, true) + 64
  return Math.min(Math.max(told, 16 * KiB), 2048 * KiB)
}

async function* inflateStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const inflate = createGunzip({ chunkSize: streamChunk })
  const source = Readable.from(chunks, { objectMode: true, highWaterMark: 2 })
  source.on('error', (error) => inflate.destroy(error))
  source.pipe(inflate)
  try {
    for await (const chunk of inflate) yield chunk as Uint8Array
  } catch (error) {
    throw error instanceof Unreadable ? error : new Damaged(wordFor(error), { cause: error })
  } finally {
    source.destroy()
  }
}

async function* rest(
  before: readonly Uint8Array[],
  next: IteratorResult<Uint8Array>,
  chunks: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* before
    for (let result = next; !result.done; result = await chunks.next()) yield result.value
  } finally {
    await chunks.return?.()
  }
}

function wordFor(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  return code === 'Z_BUF_ERROR' ? 'gzip that ends too early' : 'damaged gzip'
}
