import type { RecordIndex } from '#shared/ports/record-index.ts'
import type { Database } from './database.ts'
import type { Part } from './migrate.ts'

/** Four bytes a record, and a row for each stretch of time that a batch has uses in. */
export const recordIndexPart: Part = {
  name: 'record-index',
  migrations: [
    `CREATE TABLE batch_ids (
       position INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, ids BLOB NOT NULL
     ) STRICT;
     CREATE INDEX batch_ids_time ON batch_ids (last, first);`,
    // By the times of whole batches an old record was looked for among all that came since.
    `DROP TABLE batch_ids;
     CREATE TABLE batch_ids (
       number INTEGER PRIMARY KEY, position INTEGER NOT NULL, stretch INTEGER NOT NULL, ids BLOB NOT NULL
     ) STRICT;
     CREATE UNIQUE INDEX batch_ids_stretch ON batch_ids (stretch, position);
     CREATE INDEX batch_ids_position ON batch_ids (position);`,
  ],
}

type Row = { readonly number: number; readonly position: number }

export function sqliteRecordIndex(db: Database): RecordIndex {
  const put = db.prepare('INSERT INTO batch_ids (position, stretch, ids) VALUES (?, ?, ?)')
  const rows = db.prepare<Row>(
    'SELECT number, position FROM batch_ids WHERE stretch = ? ORDER BY position DESC LIMIT ?',
  )
  const one = db.prepare<{ ids: Uint8Array }>('SELECT ids FROM batch_ids WHERE number = ?')
  const drop = db.prepare('DELETE FROM batch_ids WHERE position < ?')
  return {
    together: (work) => db.transaction(work),
    note(position, batch) {
      for (const [stretch, ids] of batch) put.run(position, stretch, bytesOf(ids))
    },
    *within(stretch, limit) {
      for (const { number, position } of rows.all(stretch, limit)) {
        const found = one.get(number)
        if (found) yield { position, ids: idsFrom(found.ids) }
      }
    },
    forget: (before) => drop.run(before),
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** A copy, since bytes from the store need not begin where numbers may. */
const idsFrom = (bytes: Uint8Array): Uint32Array => new Uint32Array(bytes.slice().buffer)
