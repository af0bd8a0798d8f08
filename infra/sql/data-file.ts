import type { DataFile } from '#shared/ports/data-file.ts'
import { sqlContainment } from './containment.ts'
import type { Database } from './database.ts'
import { sqlDeadLetters } from './dead-letters.ts'
import { sqlDesk } from './desk.ts'
import { sqlEffects } from './effects.ts'
import { sqlJournal } from './journal.ts'
import { sqlOutbox } from './outbox.ts'
import { sqlRecordIndex } from './record-index.ts'
import { sqlSnapshots } from './snapshots.ts'
import { sqlSources } from './source-store.ts'

/** Everything that `keytrail serve` keeps, in the tables of one database; closing it closes that. */
export const sqlDataFile = (db: Database): DataFile => ({
  journal: sqlJournal(db),
  records: sqlRecordIndex(db),
  effects: sqlEffects(db),
  snapshots: sqlSnapshots(db),
  letters: sqlDeadLetters(db),
  desk: sqlDesk(db),
  outbox: sqlOutbox(db),
  sources: sqlSources(db),
  containment: sqlContainment(db),
  close: () => db.close(),
})
