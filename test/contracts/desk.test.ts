import { afterEach } from 'vitest'
import { memoryDesk } from '#infra/memory/desk.ts'
import { memoryOutbox } from '#infra/memory/outbox.ts'
import { deskPart, sqliteDesk } from '#infra/sqlite/desk.ts'
import type { Database } from '#infra/sqlite/database.ts'
import type { Part } from '#infra/sqlite/migrate.ts'
import { outboxPart, sqliteOutbox } from '#infra/sqlite/outbox.ts'
import { scratch, type Scratch } from '#infra/sqlite/scratch.fixture.ts'
import { deskContract } from './desk.ts'
import { outboxContract } from './outbox.ts'

const places: Scratch[] = []
afterEach(() => {
  for (const place of places.splice(0)) place.end()
})

/** An adapter on a file of its own, and the way to open that anew. */
function onDisk<T>(part: Part, adapter: (db: Database) => T): { first: T; reopen: () => T } {
  const place = scratch()
  places.push(place)
  let db = place.open([part])
  const reopen = (): T => {
    db.close()
    db = place.open([part])
    return adapter(db)
  }
  return { first: adapter(db), reopen }
}

deskContract('memory', () => ({ desk: memoryDesk() }))
deskContract('SQLite', () => {
  const { first, reopen } = onDisk(deskPart, sqliteDesk)
  return { desk: first, reopen }
})

outboxContract('memory', (limit) => ({ outbox: memoryOutbox(limit) }))
outboxContract('SQLite', (limit) => {
  const { first, reopen } = onDisk(outboxPart, (db) => sqliteOutbox(db, limit))
  return { outbox: first, reopen }
})
