import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Bug, Transient, Unusable } from '#shared/errors.ts'
import { inWords } from './words.ts'
import { scratch, type Scratch } from './scratch.fixture.ts'

const notes = {
  name: 'notes',
  migrations: ['CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT'],
}
const others = { name: 'others', migrations: ['CREATE TABLE other (id INTEGER) STRICT'] }

let place: Scratch
beforeEach(() => {
  place = scratch()
})
afterEach(() => place.end())

const write = (text: string) => 'INSERT INTO note (text) VALUES (' + `'${text}')`
const texts = (db: ReturnType<Scratch['open']>) =>
  db
    .prepare<{ text: string }>('SELECT text FROM note ORDER BY id')
    .all()
    .map(({ text }) => text)

describe('a data file', () => {
  test('is made with its folder, and only its owner may read it', () => {
    place.open([notes]).prepare(write('a')).run()
    expect(statSync(place.file).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(place.file)).mode & 0o777).toBe(0o700)
  })

  test('has the settings that durability stands on', () => {
    const db = place.open([notes])
    const setting = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]
    expect(setting('journal_mode')).toBe('wal')
    expect(setting('synchronous')).toBe(2)
    expect(setting('foreign_keys')).toBe(1)
    expect(setting('trusted_schema')).toBe(0)
    expect(setting('cell_size_check')).toBe(1)
    expect(setting('mmap_size')).toBe(0)
    expect(setting('fullfsync')).toBe(1)
  })

  test('keeps what was written when it is opened again, and migrates once', () => {
    const db = place.open([notes])
    db.prepare(write('a')).run()
    db.close()
    expect(texts(place.open([notes, others]))).toEqual(['a'])
  })

  test('brings an old part up to date, all parts or none', () => {
    const first = place.open([notes])
    first.prepare(write('a')).run()
    first.close()
    const more = { ...notes, migrations: [...notes.migrations, 'ALTER TABLE note ADD by TEXT'] }
    const wrong = { name: 'wrong', migrations: ['CREATE TABLE'] }
    expect(() => place.open([more, wrong])).toThrow(Bug)
    const again = place.open([notes])
    expect(texts(again)).toEqual(['a'])
    again.close()
    expect(place.open([more]).prepare('SELECT by FROM note').all()).toEqual([{ by: null }])
  })
})

describe('a transaction', () => {
  test('is all or nothing', () => {
    const db = place.open([notes])
    expect(() =>
      db.transaction(() => {
        db.prepare(write('a')).run()
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(texts(db)).toEqual([])
    db.transaction(() => db.prepare(write('b')).run())
    expect(texts(db)).toEqual(['b'])
  })

  test('inside another one is part of it', () => {
    const db = place.open([notes])
    expect(() =>
      db.transaction(() => {
        db.transaction(() => db.prepare(write('a')).run())
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(texts(db)).toEqual([])
  })

  test('is not committed where a part of it failed, even if that was caught', () => {
    const db = place.open([notes])
    const part = () =>
      db.transaction(() => {
        db.prepare(write('half')).run()
        throw new Error('no')
      })
    expect(() => db.transaction(() => expect(part).toThrow('no'))).toThrow(Bug)
    expect(texts(db)).toEqual([])
  })
})

describe('who may open it', () => {
  test('a second process is told who has it', () => {
    place.open([notes])
    expect(() => place.open([notes])).toThrow(
      new RegExp(`keytrail\\.db: is in use by process ${process.pid} on .*end that one first`),
    )
  })

  test('the place is free after the first one has closed', () => {
    place.open([notes]).close()
    expect(texts(place.open([notes]))).toEqual([])
  })

  test('a guest reads and writes beside the owner', () => {
    const owner = place.open([notes, others])
    const guest = place.open([notes], { as: 'guest' })
    guest.prepare(write('from beside')).run()
    expect(texts(owner)).toEqual(['from beside'])
  })

  test('a guest makes no file and changes no table', () => {
    expect(() => place.open([notes], { as: 'guest' })).toThrow('there is no such data file')
    place.open([others]).close()
    expect(() => place.open([notes], { as: 'guest' })).toThrow('older version')
  })

  test('a guest that writes while another transaction runs is told to try again', () => {
    const owner = place.open([notes])
    const guest = place.open([notes], { as: 'guest', busyMs: 0 })
    owner.transaction(() => {
      owner.prepare(write('a')).run()
      expect(() => guest.prepare(write('b')).run()).toThrow(Transient)
    })
    expect(texts(guest)).toEqual(['a'])
  })
})

describe('what cannot be used is refused in words', () => {
  const refusal = (open: () => unknown): string => {
    try {
      open()
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(Unusable)
      return (thrown as Error).message
    }
    throw new Error('was not refused')
  }

  test('a file of a newer version', () => {
    const newer = { ...notes, migrations: [...notes.migrations, 'CREATE TABLE more (id INTEGER)'] }
    place.open([newer, others]).close()
    expect(refusal(() => place.open([notes, others]))).toContain('notes 2, this one knows 1')
    expect(refusal(() => place.open([newer]))).toContain(
      'newer version of Keytrail (it keeps others)',
    )
  })

  test('a file of another program', () => {
    place.open([]).close()
    const foreign = `${place.file}-foreign`
    const db = new DatabaseSync(foreign)
    db.exec('CREATE TABLE mine (id INTEGER)')
    db.close()
    writeFileSync(place.file, readFileSync(foreign))
    expect(refusal(() => place.open([notes]))).toContain('belongs to another program')
    expect(refusal(() => place.open([notes], { as: 'guest' }))).toContain(
      'no data file of Keytrail',
    )
  })

  test('a network file system', () => {
    const nfs = () => place.open([notes], { fileSystemOf: () => 0x6969 })
    expect(refusal(nfs)).toContain('network or foreign file system (NFS)')
  })

  test('a file that is none, or is damaged', () => {
    place.open([notes]).close()
    writeFileSync(
      place.file,
      'not a database, by no means, and more than a hundred bytes long'.repeat(9),
    )
    expect(refusal(() => place.open([notes]))).toContain('restore a backup')
  })

  test('damage inside is found at the start after a process was killed', () => {
    const db = place.open([notes])
    for (let i = 0; i < 200; i++) db.prepare(write('x'.repeat(1000))).run()
    db.close()
    markLeft(place.file)
    const bytes = readFileSync(place.file)
    bytes.fill(0xff, 4096 * 5, 4096 * 6)
    writeFileSync(place.file, bytes)
    for (const attempt of ['first', 'second'])
      expect(
        refusal(() => place.open([notes])),
        attempt,
      ).toContain('the file is damaged')
  })

  test('a full disk is told, and passes', () => {
    const db = place.open([notes])
    db.prepare('PRAGMA max_page_count = 8').get()
    const fill = () => db.prepare(write('x'.repeat(100_000))).run()
    expect(fill).toThrow(Transient)
    expect(fill).toThrow('no space is left on the disk')
    db.prepare('PRAGMA max_page_count = 1000').get()
    fill()
    expect(texts(db)).toHaveLength(1)
  })

  test('a folder that nobody may write', () => {
    place.open([]).close()
    const folder = dirname(place.file)
    // The super-user may write anywhere: for him a file stands where the folder should be.
    const inside = process.getuid?.() === 0 ? `${place.file}/deep.db` : `${folder}/other.db`
    chmodSync(folder, 0o500)
    expect(refusal(() => place.open([], {}, inside))).toMatch(/cannot be made|folder cannot/)
    chmodSync(folder, 0o700)
  })

  test('failures of the disk stop, what nobody expects is a bug', () => {
    const thrown = (errcode: number) => Object.assign(new Error('disk I/O error'), { errcode })
    expect(inWords('f', 'writing', thrown(1034))).toBeInstanceOf(Unusable)
    expect(inWords('f', 'writing', thrown(1288))).toBeInstanceOf(Unusable)
    expect(inWords('f', 'writing', thrown(517))).toBeInstanceOf(Transient)
    expect(inWords('f', 'writing', thrown(2067))).toBeInstanceOf(Bug)
  })
})

/** As a killed process leaves the lock: with its name in it. */
function markLeft(file: string): void {
  const db = new DatabaseSync(`${file}.lock`)
  db.exec("UPDATE holder SET who = 'process 1 on elsewhere'")
  db.close()
}
