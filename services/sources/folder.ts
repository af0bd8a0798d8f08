import { Transient } from '#shared/errors.ts'
import type { Offer } from '#shared/ports/intake.ts'
import type { BookmarkKeeping } from '#shared/ports/journal.ts'
import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import { Unreadable, type ByteSource, type Unread } from '#shared/ports/sources.ts'
import { deadLetter } from '#services/ingest/dead-letters.ts'
import { readPaths } from '#services/ingest/read-paths.ts'
import { withoutSisters } from '#services/ingest/sisters.ts'
import { bookmarkOf, readFrom, type Read } from './bookmark.ts'
import { cannotRead, deliver, offerOf } from './deliver.ts'
import { stampOf } from './digest-check.ts'
import { digestsIn, type DigestOptions, type DigestPorts } from './digests.ts'
import type { Source } from './source.ts'
import { forgettingIn, type KeepOptions } from './gone.ts'
import { headOf, wholeLines, type Head } from './tail.ts'

export type FolderOptions = DigestOptions &
  KeepOptions & {
    readonly path: string
    /** Milliseconds between two looks, at least. */
    readonly everyMs: number
  }

export type FolderPorts = DigestPorts & { readonly bookmarks: BookmarkKeeping }

/** Looking through a large tree takes no more than this part of all time. */
const lookingShare = 0.1
/** Files that are read at the same time. */
const readersMax = 8
/** Bytes of a growing file that are read before its bookmark moves on. */
const stretchBytes = 16 * 1024 * 1024
const batchRecords = 2_000

/** What is known of a file that is there: as it was at the last look, and whether all of it is read. */
type Known = { readonly stamp: string; readonly isRead: boolean }

/**
 * A folder, or a tree as a trail writes it to S3, that is looked through again and again. Lines are read as they are appended;
 * other files once they have not changed between two looks. What was read is known by a bookmark for each file, so that a
 * restart reads again only what was under way, which changes nothing.
 *
 * Digest files of a trail are no records: they say how far it is complete.
 *
 * No door stands here: reports count as their file says them, in `serve` as in `replay`. So whoever may write into the folder
 * is believed whatever he writes, CloudTrail records too.
 */
export function watchedFolder(options: FolderOptions, ports: FolderPorts): Source {
  let known: ReadonlyMap<string, Known> = new Map()
  let troubled: ReadonlySet<string> = new Set()
  const digests = digestsIn(options, ports)
  const forget = forgettingIn(options, ports.bookmarks)
  return {
    name: options.name,
    // A large tree takes longer than a small one.
    silence: 60 + Math.ceil(options.everyMs / 100),
    async poll(now) {
      const began = ports.scheduler.elapsed()
      const { sources: found, unread } = await ports.files.find([options.path])
      const took = ports.scheduler.elapsed() - began
      const failures = [...unread]
      const seen = new Map<string, Known>()
      const { sources } = withoutSisters(found)
      await inParallel(sources, readersMax, async (file) => {
        const look: Look = { file, now, before: known.get(file.name), folder: options.name }
        const isRead = await readNew(look, ports).catch((thrown: unknown) => {
          if (!(thrown instanceof Transient || thrown instanceof Unreadable)) throw thrown
          failures.push({ path: file.name, reason: thrown.message })
          return false
        })
        seen.set(file.name, { stamp: stampOf(file), isRead })
      })
      known = seen
      const isRead = ({ name }: ByteSource): boolean => seen.get(name)?.isRead === true
      await digests.look({ files: found, isRead, now })
      // Where a part cannot be seen, nobody knows what is gone.
      if (unread.length === 0) forget((file) => seen.has(file), now)
      const words = failures.map(({ path, reason }) => `${path}: ${reason}`)
      // One entry that cannot be read is told once, and holds up no other.
      const isAllLost = failures.length === unread.length + sources.length
      if (isAllLost && words.length > 0) throw cannotRead(options.path, summary(words))
      const fresh = failures.filter((_, n) => !troubled.has(words[n] ?? ''))
      troubled = new Set(words)
      if (fresh.length > 0) ports.told({ ...nothing, source: options.name, dead: fresh.map(lost) })
      return Math.max(options.everyMs, took / lookingShare)
    },
  }
}

const nothing = { mapped: 0, ignored: 0 }

const lost = ({ path, reason }: Unread): DeadLetter =>
  deadLetter({ source: path, offset: 0 }, `cannot be read: ${reason}`, '', '')

const summary = ([first = '', ...rest]: readonly string[]): string =>
  rest.length === 0 ? first : `${first}; ${rest.length} more`

type Look = {
  readonly folder: string
  readonly file: ByteSource
  readonly before: Known | undefined
  readonly now: number
}

/** Reads what is new in a file; true if nothing is left to read. */
async function readNew({ folder, file, before, now }: Look, ports: FolderPorts): Promise<boolean> {
  const stamp = stampOf(file)
  const isSame = before?.stamp === stamp
  if (isSame && before.isRead) return true
  const bookmark = `${folder}/${file.name}`
  const read = readFrom(ports.intake.bookmark(bookmark))
  if (read?.stamp === stamp && read.through >= file.size) return true
  const { form, print } = await headOf(file)
  // Somebody may still be writing: a document is whole, and a last line ended, when nothing changed for a while.
  if (form === 'document' && !isSame) return false
  let through = form === 'lines' && read && goesOn(file, read, print) ? read.through : 0
  while (through < file.size) {
    const isLast = form === 'document' || file.size - through <= stretchBytes
    const until = isLast ? file.size : through + stretchBytes
    const stretch = { file, folder, from: through, until, isWhole: isLast && isSame }
    const passed = await readStretch(stretch, now, ports, (bytes) => {
      const reached = through + bytes
      return [bookmark, bookmarkOf({ stamp, through: reached, head: print(reached) })]
    })
    if (passed === 0) return false
    through += passed
  }
  return true
}

/** Is it the file that was read, only longer? */
const goesOn = (file: ByteSource, read: Read, print: Head['print']): boolean =>
  read.through <= file.size && read.head === print(read.through)

type Stretch = {
  readonly folder: string
  readonly file: ByteSource
  readonly from: number
  readonly until: number
  /** False: what stands behind its last newline is left for later. */
  readonly isWhole: boolean
}

/** Hands over the records of a stretch, the bookmark with the last of them; how many bytes are done. */
async function readStretch(
  { folder, file, from, until, isWhole }: Stretch,
  now: number,
  ports: FolderPorts,
  marked: (bytes: number) => readonly [source: string, bookmark: string],
): Promise<number> {
  const chunks = file.open({ from, until })
  const { lines, passed } = isWhole
    ? { lines: chunks, passed: () => until - from }
    : wholeLines(chunks)
  const only = { name: file.name, size: until - from, open: () => lines }
  const files = { ...ports.files, find: () => Promise.resolve({ sources: [only], unread: [] }) }
  let held: Offer | undefined
  for await (const batch of readPaths([file.name], files, { batch: batchRecords })) {
    const [failed] = batch.unread
    if (failed) throw cannotRead(failed.path, failed.reason)
    if (held) await deliver(held, ports)
    held = offerOf(batch, { source: folder, received: now, from }, ports)
  }
  const bytes = passed()
  if (!held || bytes === 0) return bytes
  const [source, bookmark] = marked(bytes)
  await deliver({ ...held, source, bookmark }, ports)
  return bytes
}

async function inParallel<T>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values()
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: most }, worker))
}
