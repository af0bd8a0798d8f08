import type { DeadLetters, KeptLetter, LetterCount } from '#shared/ports/dead-letters.ts'
import type { Database } from './database.ts'

/** Letters that are kept at once; more are only counted, so that nobody fills the disk by sending nonsense. */
const keptMax = 1_000_000

const columns = 'id, reason, field, source, "offset", at'

export function sqlDeadLetters(db: Database, limit = keptMax): DeadLetters {
  const known = db.prepare('SELECT 1 FROM dead_letter WHERE id = ?')
  const insert = db.prepare(`INSERT INTO dead_letter (${columns}) VALUES (?, ?, ?, ?, ?, ?)`)
  // Letters go by age, so what is there is nearly a row without gaps, and needs no counting.
  const size = db.prepare<{ size: number }>(
    'SELECT coalesce(max(number) - min(number) + 1, 0) AS size FROM dead_letter',
  )
  const tally = db.prepare(
    `INSERT INTO dead_letter_count VALUES (?, 1)
     ON CONFLICT (reason) DO UPDATE SET count = dead_letter_count.count + 1`,
  )
  const all = db.prepare<LetterCount>('SELECT reason, count FROM dead_letter_count ORDER BY reason')
  const get = db.prepare<KeptLetter>(`SELECT ${columns} FROM dead_letter WHERE id = ?`)
  const list = db.prepare<KeptLetter>(
    `SELECT ${columns} FROM dead_letter
     WHERE number > coalesce((SELECT number FROM dead_letter WHERE id = ?), 0)
     ORDER BY number LIMIT ?`,
  )
  const drop = db.prepare('DELETE FROM dead_letter WHERE at < ?')
  return {
    add: (letters, at) =>
      db.transaction(() => {
        let room = letters.length > 0 ? limit - (size.get()?.size ?? 0) : 0
        for (const { id, reason, field, source, offset } of letters) {
          if (known.get(id)) continue
          tally.run(reason)
          if (room-- > 0) insert.run(id, reason, field, source, offset, at)
        }
      }),
    list: (most, after = '') => list.all(after, most),
    get: (id) => get.get(id),
    counts: () => all.all(),
    forget: (before) => drop.run(before),
  }
}
