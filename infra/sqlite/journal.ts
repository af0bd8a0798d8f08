import type { Journal, Logged } from '#shared/ports/journal.ts'
import type { Database } from './database.ts'
import type { Part } from './migrate.ts'

/** The log of batches. AUTOINCREMENT: a position is never given twice, also after the last batch was forgotten. */
export const journalPart: Part = {
  name: 'journal',
  migrations: [
    `CREATE TABLE batch (
       position INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, body BLOB NOT NULL
     ) STRICT;
     CREATE TABLE bookmark (source TEXT PRIMARY KEY, mark TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
  ],
}

/** Behind every other character in the order of UTF-8. */
const behindAll = '\u{10FFFF}'

/** Batches that one statement reads, so that none of them stays open while others write. */
const readAtOnce = 16

export function sqliteJournal(db: Database): Journal {
  const insert = db.prepare<{ position: number }>(
    'INSERT INTO batch (at, body) VALUES (?, ?) RETURNING position',
  )
  const mark = db.prepare('INSERT OR REPLACE INTO bookmark VALUES (?, ?)')
  const marked = db.prepare<{ mark: string }>('SELECT mark FROM bookmark WHERE source = ?')
  const unmark = db.prepare('DELETE FROM bookmark WHERE source = ?')
  const some = db.prepare<{ source: string; mark: string }>(
    'SELECT source, mark FROM bookmark WHERE source > ? AND source >= ? AND source < ? ORDER BY source LIMIT ?',
  )
  const next = db.prepare<Logged>(
    `SELECT position, at, body FROM batch WHERE position > ? ORDER BY position LIMIT ${readAtOnce}`,
  )
  const one = db.prepare<Logged>('SELECT position, at, body FROM batch WHERE position = ?')
  const last = db.prepare<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'batch'")
  const least = db.prepare<{ position: number | null }>(
    'SELECT min(position) AS position FROM batch',
  )
  const stays = db.prepare<{ position: number | null }>(
    'SELECT min(position) AS position FROM batch WHERE at >= ? OR position > ?',
  )
  const drop = db.prepare('DELETE FROM batch WHERE position < ?')
  const head = (): number => last.get()?.seq ?? 0
  return {
    append: (body, at, bookmarks = {}) =>
      db.transaction(() => {
        for (const [source, text] of Object.entries(bookmarks)) mark.run(source, text)
        return insert.get(at, body)?.position ?? 0
      }),
    *read(after) {
      for (let from = after; ;) {
        const some = next.all(from)
        yield* some
        const end = some.at(-1)
        if (!end) return
        from = end.position
      }
    },
    batch: (position) => one.get(position),
    head,
    first: () => least.get()?.position ?? head() + 1,
    bookmark: (source) => marked.get(source)?.mark,
    bookmarks: (prefix, after, limit) => some.all(after, prefix, `${prefix}${behindAll}`, limit),
    remark: (changes) =>
      db.transaction(() => {
        for (const [source, text] of Object.entries(changes))
          if (text === null) unmark.run(source)
          else mark.run(source, text)
      }),
    forget: (before, through) => drop.run(stays.get(before, through)?.position ?? head() + 1),
  }
}
