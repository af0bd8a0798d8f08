import { existsSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { Unusable } from '#shared/errors.ts'
import type { Database, Dialect, Statement } from '#infra/sql/database.ts'
import { transactions } from '#infra/sql/transactions.ts'
import { takeLock, type Lock } from './lock.ts'
import { expectParts, migrate, type Part } from './migrate.ts'
import { fileSystemOf, preparePlace, type FileSystemOf } from './place.ts'
import { codeOf, damaged, inWords } from './words.ts'

const dialect: Dialect = {
  list: (texts) => JSON.stringify(texts),
  texts: (place) => `SELECT value FROM json_each(${place})`,
  changes: 'SELECT data_version AS version FROM pragma_data_version',
  once: (column) => column,
  greatest: (one, other) => `max(${one}, ${other})`,
}

export type Opening = {
  /** `owner`: the one process that serves the file and keeps its tables up to date. `guest`: short work beside it. */
  readonly as?: 'owner' | 'guest'
  /** How long a statement waits for another connection's transaction, ms. */
  readonly busyMs?: number
  readonly fileSystemOf?: FileSystemOf
}

/** Before it, two connections could corrupt a file when the WAL was reset (sqlite.org, release 3.51.3). */
const oldest = [3, 51, 3] as const

/**
 * Opens a data file, and makes it if there is none and we are its owner.
 *
 * @param parts what the adapters keep in it; the owner names all of them, a guest those that it uses
 * @throws Unusable in words for the operator: in use, network file system, no right to write, newer version, damaged
 */
export function openDatabase(
  file: string,
  parts: readonly Part[],
  opening: Opening = {},
): Database {
  const { as = 'owner', busyMs = 5000, fileSystemOf: systemOf = fileSystemOf } = opening
  if (as === 'owner') preparePlace(file, systemOf)
  else if (!existsSync(file))
    throw new Unusable(
      `${file}: there is no such data file; keytrail serve makes it, --data names another`,
    )
  const lock = as === 'owner' ? takeLock(file) : undefined
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(file, { timeout: busyMs })
    refuseOldSqlite(db)
    if (lock?.wasLeft) check(db, file)
    configure(db, file)
    if (lock) within(db, () => db && migrate(db, file, parts))
    else expectParts(db, file, parts)
    return wrap(db, file, lock)
  } catch (cause) {
    db?.close()
    lock?.release(lock.wasLeft ? 'left' : undefined)
    throw codeOf(cause) === undefined ? cause : inWords(file, 'opening', cause)
  }
}

/** Settings of each connection; `synchronous = FULL` syncs the WAL in each commit, which is what "durable" means here. */
function configure(db: DatabaseSync, file: string): void {
  const mode = db.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']
  if (mode !== 'wal')
    throw new Unusable(`${file}: its file system has no shared memory, which a WAL needs`)
  db.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA mmap_size = 0;
    PRAGMA wal_autocheckpoint = 1000;
    PRAGMA journal_size_limit = 67108864;
  `)
}

/** Reads every page once: a torn or foreign one is found now, and not in the middle of the work. */
function check(db: DatabaseSync, file: string): void {
  const found = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
  if (found !== 'ok') throw new Unusable(damaged(file, String(found)))
}

function refuseOldSqlite(db: DatabaseSync): void {
  const version = String(db.prepare('SELECT sqlite_version() AS version').get()?.['version'])
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  const [needMajor, needMinor, needPatch] = oldest
  const ahead = major - needMajor || minor - needMinor || patch - needPatch
  if (ahead < 0) {
    throw new Unusable(
      `this Node brings SQLite ${version}, which can damage files; at least ${oldest.join('.')} is needed`,
    )
  }
}

function within<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (cause) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw cause
  }
}

function wrap(db: DatabaseSync, file: string, lock: Lock | undefined): Database {
  const statements = new Map<string, Statement<never>>()
  const { run } = transactions(file, (work) => guarded(file, 'writing', () => within(db, work)))
  return {
    name: file,
    dialect,
    prepare<Row>(sql: string) {
      let statement = statements.get(sql) as Statement<Row> | undefined
      if (!statement) {
        statement = statementOf<Row>(
          guarded(file, 'preparing', () => db.prepare(sql)),
          file,
        )
        statements.set(sql, statement as Statement<never>)
      }
      return statement
    },
    transaction: run,
    close() {
      if (!db.isOpen) return
      guarded(file, 'closing', () => db.close())
      lock?.release()
    },
  }
}

function statementOf<Row>(statement: StatementSync, file: string): Statement<Row> {
  const doing = 'reading or writing'
  return {
    run: (...values) => guarded(file, doing, () => Number(statement.run(...values).changes)),
    get: (...values) => guarded(file, doing, () => statement.get(...values) as Row | undefined),
    all: (...values) => guarded(file, doing, () => statement.all(...values) as Row[]),
  }
}

/** What SQLite throws, by disposition; what others throw, as it is. */
function guarded<T>(file: string, doing: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (codeOf(cause) === undefined) throw cause
    throw inWords(file, doing, cause)
  }
}
