import type { RecordIndex } from '#shared/ports/record-index.ts'
import type { Database } from './database.ts'
import type { Part } from './migrate.ts'

/** Four bytes a record. Times are looked up in an index of their own: the ids of most batches are never read. */
export const recordIndexPart: Part = {
  name: 'record-index',
  migrations: [
    `CREATE TABLE batch_ids (
       position INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, ids BLOB NOT NULL
     ) STRICT;
     CREATE INDEX batch_ids_time ON batch_ids (last, first);`,
  ],
}

export function sqliteRecordIndex(db: Database): RecordIndex {
  const put = db.prepare('INSERT OR REPLACE INTO batch_ids VALUES (?, ?, ?, ?)')
  const positions = db.prepare<{ position: number }>(
    `SELECT position FROM batch_ids INDEXED BY batch_ids_time WHERE last >= ? AND first <= ?
     ORDER BY position DESC LIMIT ?`,
  )
  const one = db.prepare<{ ids: Uint8Array }>('SELECT ids FROM batch_ids WHERE position = ?')
  const drop = db.prepare('DELETE FROM batch_ids WHERE position < ?')
  return {
    together: (work) => db.transaction(work),
    note(position, { first, last, ids }) {
      put.run(position, first, last, new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength))
    },
    *between(from, to, limit) {
      for (const { position } of positions.all(from, to, limit)) {
        const found = one.get(position)
        if (found) yield { position, ids: idsFrom(found.ids) }
      }
    },
    forget: (before) => drop.run(before),
  }
}

/** A copy, since bytes from the store need not begin where numbers may. */
const idsFrom = (bytes: Uint8Array): Uint32Array => new Uint32Array(bytes.slice().buffer)
