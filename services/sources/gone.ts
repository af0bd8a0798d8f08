import type { BookmarkKeeping } from '#shared/ports/journal.ts'
import { bookmarkOf, readFrom } from './bookmark.ts'

export type KeepOptions = {
  /** Name of the folder as a source. */
  readonly name: string
  /** How long a file that is gone is known as read, ms. */
  readonly keepMs: number
}

/** Bookmarks that are looked at in one look at the folder. */
const sweepMax = 1_000

/**
 * Forgets what was read of files that are gone, so that the store does not grow with every file that ever was: a file that is
 * back sooner than `keepMs` is not read again. Each look goes through some of the bookmarks.
 *
 * @returns what to call after a look that found everything
 */
export function forgettingIn(
  { name, keepMs }: KeepOptions,
  store: BookmarkKeeping,
): (isThere: (file: string) => boolean, now: number) => void {
  const prefix = `${name}/`
  let after = ''
  return (isThere, now) => {
    const rows = store.bookmarks(prefix, after, sweepMax)
    const changes: Record<string, string | null> = {}
    for (const { source, mark } of rows) {
      const file = source.slice(prefix.length)
      if (!isFile(file)) continue
      const next = nextOf(mark, isThere(file), now, keepMs)
      if (next !== mark) changes[source] = next
    }
    if (Object.keys(changes).length > 0) store.remark(changes)
    after = rows.length < sweepMax ? '' : (rows.at(-1)?.source ?? '')
  }
}

/** Files are known by their whole path; what else has a bookmark under the folder's name has none. */
const isFile = (name: string): boolean => /^(?:\/|[A-Za-z]:)/.test(name)

/** The bookmark as it should stand; null: not at all. */
function nextOf(mark: string, isThere: boolean, now: number, keepMs: number): string | null {
  const read = readFrom(mark)
  if (isThere) return read?.gone === undefined ? mark : bookmarkOf({ ...read, gone: undefined })
  // One that nobody can read would be of no use to the file either.
  if (!read) return null
  if (read.gone === undefined) return bookmarkOf({ ...read, gone: now })
  return now - read.gone > keepMs ? null : mark
}
