import type { RecordIndex } from '#shared/ports/record-index.ts'
import type { Database } from './database.ts'

type Row = { readonly number: number; readonly position: number }

export function sqlRecordIndex(db: Database): RecordIndex {
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
