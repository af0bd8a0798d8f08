import { readFileSync } from 'node:fs'
import pg from 'pg'
import { expect, test } from 'vitest'
import { Unusable } from '#shared/errors.ts'
import type { Database } from '#infra/sql/database.ts'
import { sqlContainment } from '#infra/sql/containment.ts'
import { sqlDesk } from '#infra/sql/desk.ts'
import { sqlJournal } from '#infra/sql/journal.ts'
import { sqlOutbox } from '#infra/sql/outbox.ts'
import { sqlSnapshots } from '#infra/sql/snapshots.ts'
import { sqlSources } from '#infra/sql/source-store.ts'
import { place } from './place.ts'

const { fresh, own, beside } = place()
const roles = readFileSync(new URL('../../../infra/postgres/roles.sql', import.meta.url), 'utf8')

/** A database with its tables and roles, and the addresses of those who have these. */
async function prepared(): Promise<(role: string) => string> {
  const address = fresh()
  const made = own(address)
  if (!('heldBy' in made)) made.close()
  const admin = new pg.Client(address)
  await admin.connect()
  await admin.query(roles)
  const addresses = new Map<string, string>()
  for (const role of ['serve', 'person', 'look']) {
    const login = `${role}${new URL(address).pathname.slice(1)}`
    await admin.query(`CREATE ROLE ${login} LOGIN PASSWORD 'of a test' IN ROLE keytrail_${role}`)
    const url = new URL(address)
    url.username = login
    url.password = 'of a test'
    addresses.set(role, url.href)
  }
  await admin.end()
  return (role) => addresses.get(role) ?? ''
}

const ack = (db: Database): void => {
  const about = { order: '', incidents: [], from: '', to: '', detail: '' } as const
  const audit = { ...about, at: 1, who: 'ana', what: 'stop', why: 'test' }
  sqlDesk(db).write({ cases: [], keys: [{ key: 'k', handle: 'h', seq: 1, root: '' }], events: [] })
  sqlContainment(db).write({ audit: [audit], gone: ['none'] })
}
const change = (db: Database, sql: string) => () => db.prepare(sql).run()

test('serve needs no right to change tables, and can take nothing of the audit back', async () => {
  const db = own((await prepared())('serve'))
  if ('heldBy' in db) throw new Error(db.heldBy)
  expect(sqlJournal(db).append(Buffer.from('a'), 1, { trail: '1' })).toBe(1)
  const saving = sqlSnapshots(db).begin({ position: 1, generation: 'g' })
  saving.write(Buffer.from('a'))
  saving.finish()
  ack(db)
  expect(change(db, 'DELETE FROM contain_audit')).toThrow(Unusable)
  expect(change(db, "UPDATE contain_audit SET body = ''")).toThrow(Unusable)
  expect(change(db, 'UPDATE migration SET version = 0')).toThrow(Unusable)
  expect(change(db, 'DROP TABLE batch')).toThrow(Unusable)
})

test('people decide about incidents and cuts, and change nothing of what was logged or who may speak', async () => {
  const db = beside((await prepared())('person'))
  ack(db)
  expect(sqlOutbox(db).counts()).toEqual([])
  expect(() => sqlJournal(db).append(Buffer.from('a'), 1)).toThrow(Unusable)
  const row = { name: 'a', agents: [], hashes: [], created: 1 }
  expect(() => sqlSources(db).put(row)).toThrow(Unusable)
  expect(change(db, 'DELETE FROM contain_audit')).toThrow(Unusable)
  expect(change(db, 'DELETE FROM finding')).toThrow(Unusable)
})

test('who only looks, only looks', async () => {
  const db = beside((await prepared())('look'))
  expect(sqlDesk(db).counts()).toEqual(new Map())
  expect(() => ack(db)).toThrow(Unusable)
})
