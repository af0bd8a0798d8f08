import { memoryDesk } from '#infra/memory/desk.ts'
import { memoryOutbox } from '#infra/memory/outbox.ts'
import { sqlDesk } from '#infra/sql/desk.ts'
import { deskPart, outboxPart } from '#infra/sqlite/parts.ts'
import { sqlOutbox } from '#infra/sql/outbox.ts'
import { deskContract } from './desk.ts'
import { outboxContract } from './outbox.ts'
import { disks } from './on-disk.ts'

const onDisk = disks()

deskContract('memory', () => ({ desk: memoryDesk() }))
deskContract('SQLite', () => {
  const { first, reopen } = onDisk(deskPart, sqlDesk)
  return { desk: first, reopen }
})

outboxContract('memory', (limit) => ({ outbox: memoryOutbox(limit) }))
outboxContract('SQLite', (limit) => {
  const { first, reopen } = onDisk(outboxPart, (db) => sqlOutbox(db, limit))
  return { outbox: first, reopen }
})
