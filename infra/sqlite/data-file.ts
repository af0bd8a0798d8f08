import { existsSync } from 'node:fs'
import type { DataFile } from '#shared/ports/data-file.ts'
import { containmentPart, sqliteContainment } from './containment.ts'
import { openDatabase, type Database } from './database.ts'
import { deadLettersPart, sqliteDeadLetters } from './dead-letters.ts'
import { deskPart, sqliteDesk } from './desk.ts'
import { effectsPart, sqliteEffects } from './effects.ts'
import { journalPart, sqliteJournal } from './journal.ts'
import type { Part } from './migrate.ts'
import { outboxPart, sqliteOutbox } from './outbox.ts'
import { recordIndexPart, sqliteRecordIndex } from './record-index.ts'
import { snapshotsPart, sqliteSnapshots } from './snapshots.ts'
import { sourcesPart, sqliteSources } from './source-store.ts'

/** All that a data file of this version keeps. A new adapter's part stands here, or its owner refuses the file. */
const allParts: readonly Part[] = [
  journalPart,
  snapshotsPart,
  effectsPart,
  deadLettersPart,
  deskPart,
  outboxPart,
  sourcesPart,
  containmentPart,
  recordIndexPart,
]

/**
 * Opens the data file as its owner, and makes it if there is none.
 * @throws Unusable in words for the operator
 */
export const ownDataFile = (file: string): DataFile => dataFile(openDatabase(file, allParts))

/**
 * Opens the data file for short work, whether or not another process serves it: what is decided about the rows as they stand
 * is written in the same transaction, and the owner reads it.
 *
 * @param ifMissing whether one is made if there is none
 * @throws Unusable in words for the operator
 */
export function openBeside(file: string, ifMissing: 'make' | 'refuse' = 'make'): DataFile {
  if (ifMissing === 'make' && !existsSync(file)) openDatabase(file, allParts).close()
  return dataFile(openDatabase(file, allParts, { as: 'guest' }))
}

const dataFile = (db: Database): DataFile => ({
  journal: sqliteJournal(db),
  records: sqliteRecordIndex(db),
  effects: sqliteEffects(db),
  snapshots: sqliteSnapshots(db),
  letters: sqliteDeadLetters(db),
  desk: sqliteDesk(db),
  outbox: sqliteOutbox(db),
  sources: sqliteSources(db),
  containment: sqliteContainment(db),
  close: () => db.close(),
})
