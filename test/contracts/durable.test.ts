import { memoryDeadLetters } from '#infra/memory/dead-letters.ts'
import { memoryEffects } from '#infra/memory/effects.ts'
import { memoryJournal } from '#infra/memory/journal.ts'
import { memoryRecordIndex } from '#infra/memory/record-index.ts'
import { memorySnapshots } from '#infra/memory/snapshots.ts'
import { sqlDeadLetters } from '#infra/sql/dead-letters.ts'
import {
  deadLettersPart,
  effectsPart,
  journalPart,
  recordIndexPart,
  snapshotsPart,
} from '#infra/sqlite/parts.ts'
import { sqlEffects } from '#infra/sql/effects.ts'
import { sqlJournal } from '#infra/sql/journal.ts'
import { sqlRecordIndex } from '#infra/sql/record-index.ts'
import { sqlSnapshots } from '#infra/sql/snapshots.ts'
import { deadLettersContract } from './dead-letters.ts'
import { effectsContract } from './effects.ts'
import { journalContract } from './journal.ts'
import { recordIndexContract } from './record-index.ts'
import { snapshotsContract } from './snapshots.ts'
import { disks } from './on-disk.ts'

const onDisk = disks()

journalContract('memory', () => ({ journal: memoryJournal() }))
journalContract('SQLite', () => {
  const { first, reopen } = onDisk(journalPart, sqlJournal)
  return { journal: first, reopen }
})

recordIndexContract('memory', () => ({ records: memoryRecordIndex() }))
recordIndexContract('SQLite', () => {
  const { first, reopen } = onDisk(recordIndexPart, sqlRecordIndex)
  return { records: first, reopen }
})

effectsContract('memory', () => ({ effects: memoryEffects() }))
effectsContract('SQLite', () => {
  const { first, reopen } = onDisk(effectsPart, sqlEffects)
  return { effects: first, reopen }
})

snapshotsContract('memory', () => ({ snapshots: memorySnapshots() }))
snapshotsContract('SQLite', () => {
  const { first, reopen } = onDisk(snapshotsPart, sqlSnapshots)
  return { snapshots: first, reopen }
})

deadLettersContract('memory', (limit) => ({ letters: memoryDeadLetters(limit) }))
deadLettersContract('SQLite', (limit) => {
  const { first, reopen } = onDisk(deadLettersPart, (db) => sqlDeadLetters(db, limit))
  return { letters: first, reopen }
})
