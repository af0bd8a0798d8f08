import { hostname } from 'node:os'
import { DatabaseSync } from 'node:sqlite'
import { Unusable } from '#shared/errors.ts'
import { inWords, isBusy } from './words.ts'

export type Lock = {
  /** Whether whoever held it last went without letting go: it was killed, or the machine stopped. */
  readonly wasLeft: boolean
  /** `left`: as a killed process does, so that the next one looks at the file again. */
  readonly release: (how?: 'left') => void
}

/** Attempts to find out who was faster; each lost one means that another process moved in between. */
const attemptsMax = 10

/**
 * Takes the one place of the process that serves a file. The lock is SQLite's own on a file beside it, so the system lets go of
 * it when the process dies, however it dies: nothing stale can stand in the way of the next start. The table in it only says
 * who holds it.
 *
 * @throws Unusable that names the process that holds it
 */
export function takeLock(file: string): Lock {
  const path = `${file}.lock`
  const db = new DatabaseSync(path, { timeout: 0 })
  try {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const held = hold(db)
      if (held) return lockOn(db, held.wasLeft)
    }
  } catch (cause) {
    const holder = isBusy(cause) ? (holderOf(db) ?? 'another process') : undefined
    db.close()
    if (holder === undefined) throw inWords(path, 'taking the lock', cause)
    throw new Unusable(
      `${file}: is in use by ${holder}; one process serves a data file, end that one first or use another file`,
      { cause },
    )
  }
  db.close()
  throw new Unusable(`${file}: other processes keep opening it; end them first`)
}

/** Says who we are, then holds the lock on; undefined if somebody else said so in between. */
function hold(db: DatabaseSync): { readonly wasLeft: boolean } | undefined {
  const me = `process ${process.pid} on ${hostname()}`
  db.exec('BEGIN IMMEDIATE')
  db.exec('CREATE TABLE IF NOT EXISTS holder (one INTEGER PRIMARY KEY CHECK (one = 1), who TEXT)')
  const wasLeft = holderOf(db) !== undefined
  db.prepare('INSERT OR REPLACE INTO holder VALUES (1, ?)').run(me)
  db.exec('COMMIT')
  // From here on nobody else can begin to write, and everybody can read who we are.
  db.exec('BEGIN IMMEDIATE')
  if (holderOf(db) === me) return { wasLeft }
  db.exec('ROLLBACK')
  return undefined
}

function holderOf(db: DatabaseSync): string | undefined {
  const who = db.prepare('SELECT who FROM holder').get()?.['who']
  return typeof who === 'string' ? who : undefined
}

function lockOn(db: DatabaseSync, wasLeft: boolean): Lock {
  return {
    wasLeft,
    release(how) {
      if (how !== 'left') db.exec('UPDATE holder SET who = NULL')
      db.exec('COMMIT')
      db.close()
    },
  }
}
