import type { Journal, Logged } from '#shared/ports/journal.ts'
import { upsert, type Database } from './database.ts'

/** Behind every other character in the order of UTF-8. */
const behindAll = '\u{10FFFF}'

/** Batches that one statement reads, so that none of them stays open while others write. */
const readAtOnce = 16

/** The last position that was ever given: none is given twice, also after the last batch was forgotten. */
type Head = { readonly position: number }

export function sqlJournal(db: Database): Journal {
  const step = db.prepare<Head>('UPDATE batch_head SET position = position + 1 RETURNING position')
  const insert = db.prepare('INSERT INTO batch (position, at, body) VALUES (?, ?, ?)')
  const mark = db.prepare(upsert('bookmark', ['source'], ['mark'], db.dialect.once('source')))
  const marked = db.prepare<{ mark: string }>('SELECT mark FROM bookmark WHERE source = ?')
  const unmark = db.prepare('DELETE FROM bookmark WHERE source = ?')
  const some = db.prepare<{ source: string; mark: string }>(
    'SELECT source, mark FROM bookmark WHERE source > ? AND source >= ? AND source < ? ORDER BY source LIMIT ?',
  )
  const next = db.prepare<Logged>(
    `SELECT position, at, body FROM batch WHERE position > ? ORDER BY position LIMIT ${readAtOnce}`,
  )
  const one = db.prepare<Logged>('SELECT position, at, body FROM batch WHERE position = ?')
  const last = db.prepare<Head>('SELECT position FROM batch_head')
  const least = db.prepare<{ position: number | null }>(
    'SELECT min(position) AS position FROM batch',
  )
  const stays = db.prepare<{ position: number | null }>(
    'SELECT min(position) AS position FROM batch WHERE at >= ? OR position > ?',
  )
  const drop = db.prepare('DELETE FROM batch WHERE position < ?')
  const head = (): number => last.get()?.position ?? 0
  return {
    append: (body, at, bookmarks = {}) =>
      db.transaction(() => {
        for (const [source, text] of Object.entries(bookmarks)) mark.run(source, text)
        const position = step.get()?.position ?? 0
        insert.run(position, at, body)
        return position
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
