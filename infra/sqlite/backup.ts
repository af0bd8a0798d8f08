import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { reasonOf, Unusable } from '#shared/errors.ts'
import { takeLock } from './lock.ts'
import { isOurs } from './migrate.ts'
import { damaged, inWords } from './words.ts'

/**
 * Writes a copy of a data file as it stands at one moment, also while another process serves it (`VACUUM INTO`,
 * sqlite.org/lang_vacuum.html). The copy is one file, checked, and on disk when this returns.
 *
 * @throws Unusable if there is no such file, the target exists, or the copy is not whole
 */
export function backUp(file: string, target: string): void {
  if (!existsSync(file)) throw new Unusable(`${file}: there is no such data file`)
  if (existsSync(target)) throw new Unusable(`${target}: exists; a backup replaces nothing`)
  const half = `${target}.part`
  rmSync(half, { force: true })
  // Tokens' hashes and people's names are in it: nobody else may read it. SQLite takes an empty file as none.
  closeSync(openSync(half, 'wx', 0o600))
  const db = new DatabaseSync(file, { readOnly: true, timeout: 60_000 })
  try {
    db.prepare('VACUUM INTO ?').run(half)
  } catch (cause) {
    rmSync(half, { force: true })
    throw inWords(target, 'writing the backup', cause)
  } finally {
    db.close()
  }
  check(half)
  putInPlace(half, target)
}

/**
 * Puts a backup in the place of a data file that nobody serves.
 *
 * @throws Unusable if the backup is damaged or no data file, the file is in use, or it exists and may not be replaced
 */
export function restore(backup: string, file: string, mayReplace: boolean): void {
  if (!existsSync(backup)) throw new Unusable(`${backup}: there is no such file`)
  check(backup)
  if (existsSync(file) && !mayReplace)
    throw new Unusable(`${file}: exists; move it away, or say that it is to be replaced`)
  const lock = takeLock(file)
  try {
    const half = `${file}.part`
    copyFileSync(backup, half)
    chmodSync(half, 0o600)
    // What stands in the log of the old file belongs to the old file.
    for (const rest of ['-wal', '-shm']) rmSync(`${file}${rest}`, { force: true })
    putInPlace(half, file)
  } catch (cause) {
    throw new Unusable(`${file}: cannot be restored: ${reasonOf(cause)}`, { cause })
  } finally {
    // The next owner looks at every page once.
    lock.release('left')
  }
}

/** A data file of ours, every page of which can be read. */
function check(file: string): void {
  let found: unknown
  let ours = false
  try {
    const db = new DatabaseSync(file, { readOnly: true })
    try {
      found = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
      ours = isOurs(db)
    } finally {
      db.close()
    }
  } catch (cause) {
    throw inWords(file, 'reading it', cause)
  }
  if (found !== 'ok') throw new Unusable(damaged(file, String(found)))
  if (!ours) throw new Unusable(`${file}: is no data file of Keytrail`)
}

/** A name stands for a whole file or for none: synced, renamed, and the folder synced. */
function putInPlace(half: string, target: string): void {
  sync(half)
  renameSync(half, target)
  // Windows has no folders to sync.
  if (process.platform !== 'win32') sync(dirname(target))
}

function sync(path: string): void {
  const opened = openSync(path, 'r')
  fsyncSync(opened)
  closeSync(opened)
}
