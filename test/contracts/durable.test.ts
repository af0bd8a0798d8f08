import { memoryDeadLetters } from '#infra/memory/dead-letters.ts'
import { memoryEffects } from '#infra/memory/effects.ts'
import { memoryJournal } from '#infra/memory/journal.ts'
import { memoryRecordIndex } from '#infra/memory/record-index.ts'
import { memorySnapshots } from '#infra/memory/snapshots.ts'
import { deadLettersPart, sqliteDeadLetters } from '#infra/sqlite/dead-letters.ts'
import { effectsPart, sqliteEffects } from '#infra/sqlite/effects.ts'
import { journalPart, sqliteJournal } from '#infra/sqlite/journal.ts'
import { recordIndexPart, sqliteRecordIndex } from '#infra/sqlite/record-index.ts'
import { snapshotsPart, sqliteSnapshots } from '#infra/sqlite/snapshots.ts'
import { deadLettersContract } from './dead-letters.ts'
import { effectsContract } from './effects.ts'
import { journalContract } from './journal.ts'
import { recordIndexContract } from './record-index.ts'
import { snapshotsContract } from './snapshots.ts'
import { disks } from './on-disk.ts'

const onDisk = disks()

journalContract('memory', () => ({ journal: memoryJournal() }))
journalContract('SQLite', () => {
  const { first, reopen } = onDisk(journalPart, sqliteJournal)
  return { journal: first, reopen }
})

recordIndexContract('memory', () => ({ records: memoryRecordIndex() }))
recordIndexContract('SQLite', () => {
  const { first, reopen } = onDisk(recordIndexPart, sqliteRecordIndex)
  return { records: first, reopen }
})

effectsContract('memory', () => ({ effects: memoryEffects() }))
effectsContract('SQLite', () => {
  const { first, reopen } = onDisk(effectsPart, sqliteEffects)
  return { effects: first, reopen }
})

snapshotsContract('memory', () => ({ snapshots: memorySnapshots() }))
snapshotsContract('SQLite', () => {
  const { first, reopen } = onDisk(snapshotsPart, sqliteSnapshots)
  return { snapshots: first, reopen }
})

deadLettersContract('memory', (limit) => ({ letters: memoryDeadLetters(limit) }))
deadLettersContract('SQLite', (limit) => {
  const { first, reopen } = onDisk(deadLettersPart, (db) => sqliteDeadLetters(db, limit))
  return { letters: first, reopen }
})
