import { sqlContainment } from '#infra/sql/containment.ts'
import type { Database } from '#infra/sql/database.ts'
import { sqlDeadLetters } from '#infra/sql/dead-letters.ts'
import { sqlDesk } from '#infra/sql/desk.ts'
import { sqlEffects } from '#infra/sql/effects.ts'
import { sqlJournal } from '#infra/sql/journal.ts'
import { sqlOutbox } from '#infra/sql/outbox.ts'
import { sqlRecordIndex } from '#infra/sql/record-index.ts'
import { sqlSnapshots } from '#infra/sql/snapshots.ts'
import { sqlSources } from '#infra/sql/source-store.ts'
import { containmentContract } from '#test/contracts/containment.ts'
import { deadLettersContract } from '#test/contracts/dead-letters.ts'
import { deskContract } from '#test/contracts/desk.ts'
import { effectsContract } from '#test/contracts/effects.ts'
import { journalContract } from '#test/contracts/journal.ts'
import { outboxContract } from '#test/contracts/outbox.ts'
import { recordIndexContract } from '#test/contracts/record-index.ts'
import { snapshotsContract } from '#test/contracts/snapshots.ts'
import { sourcesContract } from '#test/contracts/source-store.ts'
import { place } from './place.ts'

const { fresh, own, beside } = place()

const owned = (address: string): Database => {
  const db = own(address)
  if ('heldBy' in db) throw new Error('somebody else serves it')
  return db
}

/** An adapter on a database of its own, and the way to open that anew. */
function onServer<T>(adapter: (db: Database) => T): { first: T; reopen: () => T } {
  const address = fresh()
  let db = owned(address)
  const reopen = (): T => {
    db.close()
    db = owned(address)
    return adapter(db)
  }
  return { first: adapter(db), reopen }
}

const name = 'PostgreSQL'
journalContract(name, () => {
  const { first, reopen } = onServer(sqlJournal)
  return { journal: first, reopen }
})
recordIndexContract(name, () => {
  const { first, reopen } = onServer(sqlRecordIndex)
  return { records: first, reopen }
})
effectsContract(name, () => {
  const { first, reopen } = onServer(sqlEffects)
  return { effects: first, reopen }
})
snapshotsContract(name, () => {
  const { first, reopen } = onServer(sqlSnapshots)
  return { snapshots: first, reopen }
})
deadLettersContract(name, (limit) => {
  const { first, reopen } = onServer((db) => sqlDeadLetters(db, limit))
  return { letters: first, reopen }
})
deskContract(name, () => {
  const { first, reopen } = onServer(sqlDesk)
  return { desk: first, reopen }
})
outboxContract(name, (limit) => {
  const { first, reopen } = onServer((db) => sqlOutbox(db, limit))
  return { outbox: first, reopen }
})
containmentContract(name, () => {
  const { first, reopen } = onServer(sqlContainment)
  return { store: first, reopen }
})
sourcesContract(name, () => {
  const address = fresh()
  return { store: sqlSources(owned(address)), another: () => sqlSources(beside(address)) }
})
