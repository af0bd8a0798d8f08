import type { DatabaseSync } from 'node:sqlite'
import { Unusable } from '#shared/errors.ts'

/**
 * What one adapter keeps in the file: its tables, and how they came to be. The position in the list is the version, so entries
 * are only ever added at the end, never changed: files out there were made by them. Tables are STRICT.
 */
export type Part = { readonly name: string; readonly migrations: readonly string[] }

/** "Ktrl": tells our files from those of others (PRAGMA application_id). */
const applicationId = 0x4b74726c

/**
 * Brings every part of a file to the version of this build, all or none.
 *
 * @throws Unusable if the file is another program's or was written by a newer version
 */
export function migrate(db: DatabaseSync, file: string, parts: readonly Part[]): void {
  claim(db, file)
  const versions = versionsOf(db)
  refuseNewer(file, versions, parts)
  const known = new Set(parts.map(({ name }) => name))
  const foreign = [...versions.keys()].filter((name) => !known.has(name))
  if (foreign.length > 0) throw new Unusable(newer(file, `it keeps ${foreign.join(', ')}`))
  const set = db.prepare('INSERT OR REPLACE INTO part VALUES (?, ?)')
  for (const { name, migrations } of parts) {
    const from = versions.get(name) ?? 0
    for (const sql of migrations.slice(from)) db.exec(sql)
    if (from < migrations.length) set.run(name, migrations.length)
  }
}

/**
 * For a process that works beside the one that serves: it changes no table, so the file must have what it needs.
 *
 * @throws Unusable if it has not
 */
export function expectParts(db: DatabaseSync, file: string, parts: readonly Part[]): void {
  if (!isOurs(db)) throw new Unusable(`${file}: is no data file of Keytrail`)
  const versions = versionsOf(db)
  refuseNewer(file, versions, parts)
  const old = parts.find(({ name, migrations }) => (versions.get(name) ?? 0) < migrations.length)
  if (old) {
    throw new Unusable(
      `${file}: was written by an older version of Keytrail; start keytrail serve of this version once, it brings the file up to date`,
    )
  }
}

function refuseNewer(
  file: string,
  versions: ReadonlyMap<string, number>,
  parts: readonly Part[],
): void {
  for (const { name, migrations } of parts) {
    const found = versions.get(name) ?? 0
    if (found > migrations.length)
      throw new Unusable(newer(file, `${name} ${found}, this one knows ${migrations.length}`))
  }
}

const newer = (file: string, how: string): string =>
  `${file}: was written by a newer version of Keytrail (${how}); start that version, or restore a backup of this one's time`

/** A fresh file becomes ours; another program's stays as it is. */
function claim(db: DatabaseSync, file: string): void {
  const id = idOf(db)
  if (id === applicationId) return
  const { tables = 0 } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() ?? {}
  if (id !== 0 || tables !== 0) throw new Unusable(`${file}: belongs to another program`)
  db.exec(`PRAGMA application_id = ${applicationId}`)
  db.exec('CREATE TABLE part (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT')
}

/** Is it a data file of Keytrail, of whatever version? */
export const isOurs = (db: DatabaseSync): boolean => idOf(db) === applicationId

const idOf = (db: DatabaseSync): unknown =>
  db.prepare('PRAGMA application_id').get()?.['application_id']

function versionsOf(db: DatabaseSync): ReadonlyMap<string, number> {
  const rows = db.prepare('SELECT name, version FROM part').all()
  return new Map(rows.map(({ name, version }) => [String(name), Number(version)]))
}
