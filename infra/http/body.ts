import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

const unzip = promisify(gunzip)

/** Why a body was not read, as an answer tells it. */
export class Unread extends Error {
  override readonly name = 'Unread'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, why: string, headers: Readonly<Record<string, string>> = {}) {
    super(why)
    this.status = status
    this.headers = headers
  }
}

/** Bytes of all bodies that are in hand at once. */
export type Room = { taken: number; readonly bytes: number }

/** Deflate makes no more than this of one byte (RFC 1951: 258 bytes from two bits, less what a block costs). */
const bombFactor = 1032

/** What is held for one request; given back as a whole when it is answered. */
export type Share = {
  /** @throws Unread if all rooms are full */
  readonly set: (bytes: number) => void
  readonly release: () => void
}

export function shareOf(room: Room): Share {
  let held = 0
  const set = (bytes: number): void => {
    if (room.taken - held + bytes > room.bytes)
      throw new Unread(503, 'too many requests at once', { 'retry-after': '1' })
    room.taken += bytes - held
    held = bytes
  }
  return { set, release: () => set(0) }
}

/**
 * Reads a whole body, decompressed. Never holds more than `maxBytes` as sent and `maxBytes` as decompressed.
 * @throws Unread for what is too large, of another coding, or damaged
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  share: Share,
): Promise<Uint8Array> {
  const coding = codingOf(request)
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const body = await collected(request, maxBytes, share)
  if (coding === 'identity' || body.length === 0) return body
  share.set(body.length + Math.min(maxBytes, body.length * bombFactor))
  const plain = await decompressed(body, maxBytes)
  share.set(plain.length)
  return plain
}

/** By events: a loop over the stream would close the connection when it ends early, and the sender would hear nothing. */
async function collected(
  request: IncomingMessage,
  maxBytes: number,
  share: Share,
): Promise<Uint8Array> {
  return await new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let length = 0
    const take = (chunk: Uint8Array): void => {
      length += chunk.length
      try {
        if (length > maxBytes) throw tooLarge(maxBytes)
        share.set(length)
        chunks.push(chunk)
      } catch (error) {
        request.off('data', take)
        reject(error)
      }
    }
    request.on('data', take)
    request.once('end', () => resolve(Buffer.concat(chunks, length)))
    request.once('error', reject)
    request.once('close', () => reject(new Error('the sender went away')))
  })
}

function codingOf({ headers }: IncomingMessage): 'identity' | 'gzip' {
  const coding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (coding === 'identity' || coding === '') return 'identity'
  if (coding === 'gzip' || coding === 'x-gzip') return 'gzip'
  throw new Unread(415, 'content-encoding: gzip or none only', { 'accept-encoding': 'gzip' })
}

async function decompressed(body: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  try {
    return await unzip(body, { maxOutputLength: maxBytes })
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException
    throw code === 'ERR_BUFFER_TOO_LARGE'
      ? tooLarge(maxBytes)
      : new Unread(400, 'the body is no whole gzip stream')
  }
}

const tooLarge = (maxBytes: number): Unread =>
  new Unread(413, `the body is larger than ${maxBytes} bytes, as sent or decompressed`)
