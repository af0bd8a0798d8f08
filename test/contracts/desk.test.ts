import { memoryDesk } from '#infra/memory/desk.ts'
import { memoryOutbox } from '#infra/memory/outbox.ts'
import { deskPart, sqliteDesk } from '#infra/sqlite/desk.ts'
import { outboxPart, sqliteOutbox } from '#infra/sqlite/outbox.ts'
import { deskContract } from './desk.ts'
import { outboxContract } from './outbox.ts'
import { disks } from './on-disk.ts'

const onDisk = disks()

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
