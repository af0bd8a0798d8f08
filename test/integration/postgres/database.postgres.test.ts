import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Bug, Transient, Unusable } from '#shared/errors.ts'
import { accessOf, limits, nameOf } from '#infra/postgres/address.ts'
import { migrate, migrations } from '#infra/postgres/migrate.ts'
import type { Database } from '#infra/sql/database.ts'
import { sqlDesk } from '#infra/sql/desk.ts'
import { sqlEffects } from '#infra/sql/effects.ts'
import { sqlJournal } from '#infra/sql/journal.ts'
import type { Finding } from '#shared/messages/finding.ts'
import { place } from './place.ts'

const { server, fresh, own, beside } = place()

const quick = { ...limits, connect: 1_000, answer: 1_500, idle: 1_000 }
const leaseMs = 1_500

const owned = (address = fresh(), holder = 'test', ms = leaseMs): Database => {
  const db = own(address, holder, { leaseMs: ms, limits: quick })
  if ('heldBy' in db) throw new Error(`${db.heldBy} serves it`)
  return db
}
const put = 'INSERT INTO lane (name, kind, severity) VALUES (?, ?, ?)'
const lanes = (db: Database): string[] =>
  db
    .prepare<{ name: string }>('SELECT name FROM lane ORDER BY name')
    .all()
    .map(({ name }) => name)
const write = (db: Database, name: string): void =>
  void db.transaction(() => db.prepare(put).run(name, 'k', 'low'))

describe('a database', () => {
  test('keeps every text as it is, also what PostgreSQL refuses', () => {
    const db = owned()
    const all = [
      'a',
      'a\0b',
      '\uE0000',
      '\uE000\0',
      '😀',
      '\u00e9',
      'Z',
      "'; DROP TABLE lane; --",
      '?1 $1',
    ]
    for (const name of all) write(db, name)
    expect(lanes(db).toSorted()).toEqual(all.toSorted())
    const texts = db.dialect.texts('?')
    const found = db.prepare<{ name: string }>(`SELECT name FROM lane WHERE name IN (${texts})`)
    expect(found.all(db.dialect.list(['a\0b', '\uE0000', 'none']))).toHaveLength(2)
  })

  test('what fails within a transaction leaves nothing, and the next one works', () => {
    const db = owned()
    expect(() =>
      db.transaction(() => {
        write(db, 'a')
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(() => db.prepare('SELECT nonsense').all()).toThrow(Bug)
    write(db, 'b')
    expect(lanes(db)).toEqual(['b'])
  })

  test('a failed statement that somebody caught is not committed around', () => {
    const db = owned()
    expect(() =>
      db.transaction(() => {
        write(db, 'a')
        try {
          write(db, 'a')
        } catch {
          // As if it had not happened.
        }
      }),
    ).toThrow(Bug)
    expect(lanes(db)).toEqual([])
  })

  test('transactions of several processes follow one another', () => {
    const address = fresh()
    const db = owned(address)
    const guest = beside(address)
    write(db, 'a')
    guest.transaction(() => {
      const n = lanes(guest).length
      guest.prepare(put).run(`b${n}`, 'k', 'low')
    })
    expect(lanes(db)).toEqual(['a', 'b1'])
  })

  test('the name of a database has no secret in it', () => {
    const address =
      'postgres://me:secret@db.example:5433/keytrail?sslmode=verify-full&password=secret'
    expect(nameOf(address)).toBe('postgres://db.example:5433/keytrail')
    expect(() => nameOf('postgres://me:secret@[/')).toThrow(Unusable)
    expect(() => nameOf('postgres://me:secret@[/')).not.toThrow(/secret/)
  })

  test('over a network it is spoken to by TLS, unless the address says that the way is safe', () => {
    expect(() => accessOf('postgres://db.example/k', limits)).toThrow(/sslmode/)
    for (const fine of [
      'postgres://db.example/k?sslmode=disable',
      'postgres://127.0.0.1/k',
      'postgres:///k?host=/run',
    ])
      expect(() => accessOf(fine, limits)).not.toThrow()
  })

  test('names may be as long as whoever attacks makes them', () => {
    const db = owned()
    const long = Array.from({ length: 3_000 }, (_, i) =>
      String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000)),
    ).join('')
    const finding = { key: long, detection: 'd' } as Finding
    const said = [{ to: 'effects', kind: 'finding', key: long, finding, revision: 1 }] as const
    const effects = sqlEffects(db)
    expect(effects.commit(said, 1).raised).toEqual([long])
    expect(
      effects.commit(
        [{ ...said[0], revision: 2, finding: { ...finding, severity: 'low' } as Finding }],
        2,
      ).changed,
    ).toEqual([long])
    sqlJournal(db).append(Buffer.from('a'), 1, { [long]: '1' })
    sqlJournal(db).append(Buffer.from('a'), 1, { [long]: '2' })
    expect(sqlJournal(db).bookmark(long)).toBe('2')
    const row = { key: long, handle: 'h', seq: 1, root: long }
    sqlDesk(db).write({ cases: [], keys: [row], events: [] })
    sqlDesk(db).write({ cases: [], keys: [row], events: [] })
    expect(sqlDesk(db).rows({ keys: ['\ud800'], roots: [long], owedBefore: 0 }).keys).toEqual([row])
  })

  test('whatever the database prefers, who waited for his turn sees what others did', () => {
    const address = fresh()
    const first = owned(address, 'first', 60_000)
    const name = new URL(address).pathname.slice(1)
    first.transaction(() =>
      first
        .prepare(`ALTER DATABASE ${name} SET default_transaction_isolation = 'repeatable read'`)
        .run(),
    )
    const guest = beside(address)
    const level = "SELECT current_setting('transaction_isolation') AS level"
    const found = guest.transaction(() => guest.prepare<{ level: string }>(level).get()?.level)
    expect(found).toBe('read committed')
  })

  test.each(['?sslmode=', '?sslmode=verify_full', '?host=db.example', ''])(
    'an address with %s says what is missing, at once',
    (query) => {
      const host = query.startsWith('?host') ? 'localhost' : 'db.example'
      expect(() => own(`postgres://${host}/k${query}`)).toThrow(/sslmode/)
    },
  )

  test('options of an address take nothing of ours away', () => {
    const url = new URL(fresh())
    url.searchParams.set('options', '-c work_mem=1MB')
    url.searchParams.set('statement_timeout', '1')
    const db = owned(url.href)
    write(db, 'a')
    url.search = ''
    expect(lanes(beside(url.href))).toEqual(['a'])
  })

  test('wrong passwords, databases that are not there: a person must do something', () => {
    const wrong = (change: (url: URL) => void): string => {
      const url = new URL(server().url)
      change(url)
      return url.href
    }
    expect(() => own(wrong((url) => (url.password = 'wrong')))).toThrow(Unusable)
    expect(() => own(wrong((url) => (url.pathname = '/none')))).toThrow(Unusable)
    expect(() => own(wrong((url) => (url.port = '1')))).toThrow(Transient)
  })
})

describe('a lease', () => {
  test('one serves, others hear who does; given back, it is free at once', () => {
    const address = fresh()
    const first = owned(address, 'first')
    expect(own(address, 'second', { leaseMs, limits: quick })).toEqual({ heldBy: 'first' })
    first.close()
    write(owned(address, 'second'), 'a')
  })

  test('whoever is silent for too long is fenced off: nothing of it is written any more', async () => {
    const address = fresh()
    // It gives word too seldom to do so within this test, as if its process had been stopped.
    const first = owned(address, 'first', 60_000)
    const journal = sqlJournal(first)
    journal.append(Buffer.from('a'), 1)
    beside(address)
      .prepare("UPDATE lease SET until = clock_timestamp() - interval '1 second'")
      .run()
    const second = owned(address, 'second')
    expect(() => journal.append(Buffer.from('b'), 2)).toThrow(Unusable)
    expect(() => write(first, 'a')).toThrow(/took over/)
    expect(() => first.prepare(put).run('c', 'k', 'low')).toThrow(Unusable)
    expect(sqlJournal(second).append(Buffer.from('c'), 3)).toBe(2)
    await sleep(2 * leaseMs)
    // It gives word only for what is its own.
    expect(own(address, 'third', { leaseMs, limits: quick })).toEqual({ heldBy: 'second' })
  })

  test('who gives word keeps it, however long it lasts', async () => {
    const address = fresh()
    const first = owned(address, 'first')
    await sleep(2 * leaseMs)
    expect(own(address, 'second', { leaseMs, limits: quick })).toEqual({ heldBy: 'first' })
    write(first, 'a')
  })
})

describe('tables', () => {
  /** A step behind those of this build. */
  const step = (behind: number, sql: string) => {
    const version = migrations().length + behind
    return { version, name: `${String(version).padStart(4, '0')}-more.sql`, sql }
  }

  test('are brought up to date once, and are refused where they are of another version', async () => {
    const address = fresh()
    await migrate(address, limits)
    await migrate(address, limits)
    const more = step(1, 'CREATE TABLE more (id INTEGER)')
    const db = owned(address)
    write(db, 'before')
    db.close()
    await migrate(address, limits, [...migrations(), more])
    expect(() => owned(address)).toThrow(/newer version/)
    expect(() => beside(address)).toThrow(/newer version/)
  })

  test('of an older version keep what they hold', async () => {
    const address = fresh()
    const db = owned(address)
    write(db, 'before')
    db.close()
    const sql = `ALTER TABLE lane ADD more TEXT NOT NULL DEFAULT 'x'`
    const all = [...migrations(), step(1, sql), step(2, 'CREATE TABLE wrong (')]
    await migrate(address, limits, all.slice(0, -1))
    await expect(migrate(address, limits, all)).rejects.toThrow(Bug)
    await migrate(address, limits, all.slice(0, -1))
  })

  test('of every version before are brought to this one', async () => {
    for (const { version } of migrations()) {
      const address = fresh()
      await migrate(address, limits, migrations().slice(0, version))
      const db = owned(address)
      expect(() => write(db, 'after')).not.toThrow()
      db.close()
    }
  })

  test('that were made by another step than this build has are refused', async () => {
    const address = fresh()
    await migrate(address, limits)
    const changed = migrations().map((each) => ({ ...each, sql: `${each.sql} -- changed` }))
    await expect(migrate(address, limits, changed)).rejects.toThrow(/another step/)
  })

  test('that are not there yet are not made by a guest', () => {
    expect(() => beside(fresh())).toThrow(/start keytrail serve/)
  })
})

describe('a server', () => {
  let address: string
  beforeAll(() => {
    address = fresh()
  })
  afterAll(async () => {
    if (server().pid === 0) return
    await server().restart()
  })

  test('killed in the middle of a transaction: nothing of it is written, and the next one works', async () => {
    const db = owned(address)
    write(db, 'kept')
    expect(() =>
      db.transaction(() => {
        write(db, 'lost')
        void server().signal('SIGKILL')
        // The line is synchronous: the server is gone before it answers again.
        for (;;) lanes(db)
      }),
    ).toThrow(Transient)
    expect(() => write(db, 'lost too')).toThrow(Transient)
    await server().restart()
    write(db, 'later')
    expect(lanes(db)).toEqual(['kept', 'later'])
    db.close()
  })

  test('that does not answer is given up after a while, and taken up again', () => {
    const db = owned(address)
    const asked = db.prepare<{ pid: number }>('SELECT pg_backend_pid() AS pid').get()
    const pid = asked?.pid ?? 0
    server().signalOne(pid, 'SIGSTOP')
    expect(() => write(db, 'never')).toThrow(Transient)
    server().signalOne(pid, 'SIGCONT')
    write(db, 'again')
    expect(lanes(db)).toContain('again')
    expect(lanes(db)).not.toContain('never')
    db.close()
  })

  test('stops whoever says nothing within a transaction', () => {
    const db = owned(address)
    const wait = (): void =>
      void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * quick.idle)
    expect(() =>
      db.transaction(() => {
        write(db, 'half')
        wait()
        write(db, 'whole')
      }),
    ).toThrow(Transient)
    expect(lanes(db)).not.toContain('half')
  })
})
