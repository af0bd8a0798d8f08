import type { SnapshotOf, Snapshots } from '#shared/ports/snapshots.ts'
import type { Database } from './database.ts'

type Row = SnapshotOf & { readonly id: number; readonly pieces: number }

/** Pieces of older snapshots that go for each one that is written: all at once would take as long as writing them did. */
const dropAtOnce = 2

export function sqlSnapshots(db: Database): Snapshots {
  const begin = db.prepare<{ id: number }>(
    'INSERT INTO snapshot (position, generation) VALUES (?, ?) RETURNING id',
  )
  const put = db.prepare('INSERT INTO snapshot_piece VALUES (?, ?, ?)')
  const finish = db.prepare('UPDATE snapshot SET pieces = ? WHERE id = ?')
  const dropPieces = db.prepare(
    `DELETE FROM snapshot_piece WHERE (snapshot, number) IN (
       SELECT snapshot, number FROM snapshot_piece WHERE snapshot NOT IN (?, ?) LIMIT ${dropAtOnce}
     )`,
  )
  const dropEmpty = db.prepare(
    `DELETE FROM snapshot WHERE id NOT IN (?, ?)
     AND NOT EXISTS (SELECT 1 FROM snapshot_piece WHERE snapshot = id)`,
  )
  const latest = db.prepare<Row>(
    `SELECT id, position, generation, pieces FROM snapshot WHERE pieces IS NOT NULL
     ORDER BY id DESC LIMIT 1`,
  )
  const piece = db.prepare<{ body: Uint8Array }>(
    'SELECT body FROM snapshot_piece WHERE snapshot = ? AND number = ?',
  )
  return {
    begin({ position, generation }) {
      const stands = latest.get()?.id ?? 0
      const id = begin.get(position, generation)?.id ?? 0
      let pieces = 0
      return {
        write: (body) =>
          db.transaction(() => {
            dropPieces.run(stands, id)
            put.run(id, pieces++, body)
          }),
        finish: () =>
          db.transaction(() => {
            dropEmpty.run(stands, id)
            finish.run(pieces, id)
          }),
      }
    },
    latest() {
      const row = latest.get()
      if (!row) return undefined
      const { id, position, generation, pieces } = row
      return {
        position,
        generation,
        *read() {
          for (let number = 0; number < pieces; number++) {
            const found = piece.get(id, number)
            if (found) yield found.body
          }
        },
      }
    },
  }
}
