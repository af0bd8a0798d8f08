import { abandon } from './ahead.ts'
import type { Files } from '#shared/ports/sources.ts'
import { limits } from './limits.ts'
import { sniff, sniffBytes } from './sniff.ts'

/** A stream as UTF-8 bytes, or why it has none. */
export type Decoded =
  | { readonly as: 'text'; readonly chunks: AsyncIterable<Uint8Array> }
  | { readonly as: 'empty' }
  | { readonly as: 'refused'; readonly reason: string }

/** Finds out what the bytes are, and undoes compression and foreign encodings. */
export async function decode(
  bytes: AsyncIterable<Uint8Array>,
  gunzip: Files['gunzip'],
  inside = 0,
): Promise<Decoded> {
  const { first, chunks } = await peek(bytes)
  const kind = sniff(first)
  if (kind.as === 'empty') return kind
  if (kind.as === 'other') return refused(chunks, `${kind.name}: not read`)
  if (kind.as === 'gzip') {
    if (inside >= limits.compressions) return refused(chunks, 'compressed too many times')
    return decode(gunzip(chunks), gunzip, inside + 1)
  }
  const text = kind.skip === 0 ? chunks : skip(chunks, kind.skip)
  return { as: 'text', chunks: kind.encoding === 'utf-8' ? text : toUtf8(text, kind.encoding) }
}

async function refused(chunks: AsyncIterable<Uint8Array>, reason: string): Promise<Decoded> {
  await abandon(chunks)
  return { as: 'refused', reason }
}

type Peeked = { readonly first: Uint8Array; readonly chunks: AsyncIterable<Uint8Array> }

/** The first bytes, and the whole stream again. An error that comes after some bytes comes when these were read. */
async function peek(bytes: AsyncIterable<Uint8Array>): Promise<Peeked> {
  const source = bytes[Symbol.asyncIterator]()
  let first: Uint8Array = new Uint8Array(0)
  let failure: unknown
  let done = false
  while (first.length < sniffBytes && !done) {
    try {
      const next = await source.next()
      if (next.done) done = true
      else first = first.length === 0 ? next.value : Buffer.concat([first, next.value])
    } catch (error) {
      if (first.length === 0) throw error
      failure = error
      done = true
    }
  }
  return { first, chunks: again(first, source, done, failure) }
}

async function* again(
  first: Uint8Array,
  source: AsyncIterator<Uint8Array>,
  done: boolean,
  failure: unknown,
): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first
    if (failure) throw failure
    if (done) return
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value
  } finally {
    await source.return?.()
  }
}

async function* skip(chunks: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count
  for await (const chunk of chunks) {
    yield left === 0 ? chunk : chunk.subarray(left)
    left = 0
  }
}

async function* toUtf8(
  chunks: AsyncIterable<Uint8Array>,
  encoding: string,
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding)
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }))
  yield Buffer.from(decoder.decode())
}
