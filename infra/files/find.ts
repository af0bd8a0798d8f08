import { constants, createReadStream } from 'node:fs'
import { open, readdir, realpath, stat, type FileHandle } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { Unreadable } from '#shared/ports/sources.ts'
import type { ByteSource, Found, Stretch, Unread } from '#shared/ports/sources.ts'

const readChunk = 256 * 1024
/** A file of at most this size is read with one call. */
const small = 1024 * 1024

/** Reads standard input, named `-`. */
export type Input = () => AsyncIterable<Uint8Array>

type Search = { sources: ByteSource[]; unread: Unread[]; readonly folders: Set<string> }

/**
 * Every file below the paths; folders in order of name, so that each run sees the same order. A folder that is reached
 * twice, also through links, is read once. Never throws: what cannot be read is told with the system's word for it.
 */
export async function findSources(paths: readonly string[], input: Input): Promise<Found> {
  const search: Search = { sources: [], unread: [], folders: new Set() }
  for (const path of paths) {
    if (path === '-') search.sources.push({ name: '-', size: 0, open: input })
    else await visit(search, path, true)
  }
  return { sources: search.sources, unread: search.unread }
}

async function visit(search: Search, path: string, named: boolean): Promise<void> {
  try {
    const status = await stat(path)
    if (status.isDirectory()) await visitFolder(search, path)
    else if (status.isFile() || (named && isPipe(status))) search.sources.push(fileAt(path, status))
    else search.unread.push({ path, reason: 'neither file nor folder' })
  } catch (error) {
    search.unread.push({ path, reason: wordFor(error) })
  }
}

async function visitFolder(search: Search, path: string): Promise<void> {
  const real = await realpath(path)
  if (search.folders.has(real)) return
  search.folders.add(real)
  const names = await readdir(path)
  for (const name of names.toSorted()) await visit(search, join(path, name), false)
}

/** A pipe that somebody names, such as the shell's `<(…)`, is read; one that lies in a folder would block for ever. */
const isPipe = (status: Stats): boolean => status.isFIFO() || status.isCharacterDevice()

function fileAt(path: string, status: Stats): ByteSource {
  const { mtimeMs: changed } = status
  // What a person names may be a pipe, and reading it waits for its writer.
  if (!status.isFile())
    return { name: path, size: 0, changed, open: () => readChunks(createReadStream(path)) }
  const { size } = status
  const whole = size <= small
  return {
    name: path,
    size,
    changed,
    open: (stretch) => (stretch || !whole ? readStretch(path, stretch) : readWhole(path)),
  }
}

/**
 * Opens what was a file when it was found. If it is none any more, such as a pipe that was put in its place, opening must not wait
 * for somebody who writes.
 */
async function openFile(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(
    unreadable,
  )
  const status = await handle.stat()
  if (status.isFile()) return handle
  await handle.close()
  throw new Unreadable('is a file no more')
}

async function* readWhole(path: string): AsyncGenerator<Uint8Array> {
  const handle = await openFile(path)
  try {
    yield await handle.readFile().catch(unreadable)
  } finally {
    await handle.close()
  }
}

async function* readStretch(path: string, stretch?: Stretch): AsyncGenerator<Uint8Array> {
  if (stretch && stretch.until <= stretch.from) return
  const handle = await openFile(path)
  // `end` is the last byte that is read.
  const part = stretch && { start: stretch.from, end: stretch.until - 1 }
  yield* readChunks(handle.createReadStream({ highWaterMark: readChunk, ...part }))
}

async function* readChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (error) {
    unreadable(error)
  }
}

function unreadable(error: unknown): never {
  throw new Unreadable(wordFor(error), { cause: error })
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ELOOP: 'links go round in a circle',
  EISDIR: 'is a folder',
  EMFILE: 'too many open files',
  EIO: 'the disk could not be read',
}

/** What the system says went wrong, in words, without the path. */
function wordFor(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return words[code] ?? (code || 'cannot be read')
}
