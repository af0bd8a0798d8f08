import { Damaged } from '#shared/ports/sources.ts'
import type { ByteSource, Files } from '#shared/ports/sources.ts'
import { abandon, oneAhead, startAhead } from './ahead.ts'
import type { RawBatch } from './batch.ts'
import { decode } from './decode.ts'
import type { Decoded } from './decode.ts'
import { Collector } from './collector.ts'
import { CsvCutter, isAthenaCsv } from './csv.ts'
import { limits } from './limits.ts'
import { withoutSisters } from './sisters.ts'
import type { Habits } from './separators.ts'
import { Splitter } from './splitter.ts'
import type { Cutter } from './piece.ts'

export type ReadOptions = {
  /** A batch is handed on when it holds this many elements. */
  readonly batch?: number
}

/** Files that are opened, and inflated as far as their first chunk, before their turn. */
const opened = 4
/** Small, because values that are dropped soon cost the garbage collector least. */
const standardBatch = 100

/**
 * Reads files, folders and `-` (standard input) into batches of raw records. Memory is bounded whatever the size: by the
 * chunks of a few files and the largest record. Nothing throws but a bug: what cannot be read is told in `unread`, what
 * cannot be understood in `dead`.
 */
export async function* readPaths(
  paths: readonly string[],
  files: Files,
  options: ReadOptions = {},
): AsyncGenerator<RawBatch> {
  const { sources: found, unread } = await files.find(paths)
  const { sources, skipped } = withoutSisters(found)
  if (skipped.length > 0) yield { ...nothing, skipped }
  const totalBytes = sources.reduce((sum, { size }) => sum + size, 0)
  const collector = new Collector(options.batch ?? standardBatch, totalBytes, sources.length)
  for (const path of unread) collector.unread(path)
  const open = (source: ByteSource) => openSource(source, files, collector)
  for await (const source of startAhead(sources, opened, open, close)) {
    yield* readSource(source, collector)
    collector.finishFile()
  }
  yield collector.take()
}

const nothing: RawBatch = {
  records: [],
  dead: [],
  ignored: [],
  unread: [],
  progress: { bytes: 0, totalBytes: 0, files: 0, totalFiles: 0 },
}

type Opened = {
  readonly name: string
  readonly content: Decoded | { readonly as: 'unread'; readonly error: unknown }
}

async function openSource(source: ByteSource, files: Files, collector: Collector): Promise<Opened> {
  const { name } = source
  try {
    const content = await decode(counted(source, collector), files.gunzip)
    if (content.as !== 'text') return { name, content }
    return { name, content: { as: 'text', chunks: oneAhead(content.chunks) } }
  } catch (error) {
    return { name, content: { as: 'unread', error } }
  }
}

/** Closes a file that was opened and is not read. */
async function close({ content }: Opened): Promise<void> {
  if (content.as === 'text') await abandon(content.chunks)
}

async function* counted(source: ByteSource, collector: Collector): AsyncGenerator<Uint8Array> {
  for await (const chunk of source.open()) {
    collector.countBytes(chunk.length)
    yield chunk
  }
}

async function* readSource(
  { name, content }: Opened,
  collector: Collector,
): AsyncGenerator<RawBatch> {
  collector.startFile(name)
  if (content.as === 'text') yield* readText(content.chunks, collector)
  else if (content.as === 'empty') collector.ignored('empty file', '')
  else if (content.as === 'refused') collector.refused(content.reason)
  else collector.failed(content.error)
}

async function* readText(
  chunks: AsyncIterable<Uint8Array>,
  collector: Collector,
): AsyncGenerator<RawBatch> {
  let cutter: Cutter | undefined
  let failure: unknown
  try {
    for await (const chunk of chunks) {
      cutter ??= cutterFor(chunk, collector.habits)
      cutter.push(chunk)
      yield* drain(cutter, collector)
    }
  } catch (error) {
    failure = error
  }
  if (cutter) yield* finish(cutter, failure, collector)
  else if (failure) collector.failed(failure)
}

/** The last pieces. Where the stream is damaged, what hangs over at its end is what the damage has left of a record. */
function* finish(cutter: Cutter, failure: unknown, collector: Collector): Generator<RawBatch> {
  cutter.end()
  let told = failure === undefined
  for (let piece = cutter.next(); piece; piece = cutter.next()) {
    if (piece.as === 'bad' && failure instanceof Damaged) {
      told = true
      collector.piece({ ...piece, reason: `${failure.message}: ${piece.reason}` })
    } else collector.piece(piece)
    if (collector.full()) yield collector.take()
  }
  if (!told) collector.failed(failure)
}

function* drain(cutter: Cutter, collector: Collector): Generator<RawBatch> {
  for (let piece = cutter.next(); piece; piece = cutter.next()) {
    collector.piece(piece)
    if (collector.full()) yield collector.take()
  }
}

function cutterFor(chunk: Uint8Array, habits: Habits): Cutter {
  const first = Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(chunk.length, 4096))
  return isAthenaCsv(first.toString('utf8')) ? new CsvCutter() : new Splitter(limits, habits)
}
