import type { DataFile } from '#shared/ports/data-file.ts'
import { openDatabase } from './database.ts'
import { deadLettersPart, sqliteDeadLetters } from './dead-letters.ts'
import { deskPart, sqliteDesk } from './desk.ts'
import { effectsPart, sqliteEffects } from './effects.ts'
import { journalPart, sqliteJournal } from './journal.ts'
import type { Part } from './migrate.ts'
import { outboxPart, sqliteOutbox } from './outbox.ts'
import { snapshotsPart, sqliteSnapshots } from './snapshots.ts'

/** All that a data file of this version keeps. A new adapter's part stands here, or its owner refuses the file. */
const allParts: readonly Part[] = [
  journalPart,
  snapshotsPart,
  effectsPart,
  deadLettersPart,
  deskPart,
  outboxPart,
]

/**
 * Opens the data file as its owner, and makes it if there is none.
 * @throws Unusable in words for the operator
 */
export function ownDataFile(file: string): DataFile {
  const db = openDatabase(file, allParts)
  return {
    journal: sqliteJournal(db),
    effects: sqliteEffects(db),
    snapshots: sqliteSnapshots(db),
    letters: sqliteDeadLetters(db),
    desk: sqliteDesk(db),
    outbox: sqliteOutbox(db),
    close: () => db.close(),
  }
}
