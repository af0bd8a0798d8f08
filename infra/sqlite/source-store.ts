import type { SourceRow, SourceStore } from '#shared/ports/source-store.ts'
import type { Database } from './database.ts'
import type { Part } from './migrate.ts'

/** Sources and the hashes of their tokens; a token itself is nowhere in the file. */
export const sourcesPart: Part = {
  name: 'sources',
  migrations: ['CREATE TABLE source (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT'],
}

export function sqliteSources(db: Database): SourceStore {
  const all = db.prepare<{ body: string }>('SELECT body FROM source ORDER BY name')
  const put = db.prepare('INSERT OR REPLACE INTO source VALUES (?, ?)')
  const remove = db.prepare('DELETE FROM source WHERE name = ?')
  // Changes when another connection has committed: asked at each request, it spares reading the table.
  const version = db.prepare<{ data_version: number }>('PRAGMA data_version')
  let known: readonly SourceRow[] | undefined
  let seen: number | undefined
  return {
    all() {
      const now = version.get()?.data_version
      if (known && now === seen) return known
      seen = now
      known = all.all().map(({ body }) => JSON.parse(body) as SourceRow)
      return known
    },
    put(row) {
      db.transaction(() => put.run(row.name, JSON.stringify(row)))
      known = undefined
    },
    remove(name) {
      known = undefined
      return db.transaction(() => remove.run(name)) > 0
    },
  }
}
