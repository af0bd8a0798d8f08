import { Transient } from '#shared/errors.ts'
import type { SourceRow, SourceStore } from '#shared/ports/source-store.ts'
import { upsert, type Database } from './database.ts'

export function sqlSources(db: Database): SourceStore {
  const all = db.prepare<{ body: string }>('SELECT body FROM source ORDER BY name')
  const put = db.prepare(upsert('source', ['name'], ['body']))
  const remove = db.prepare('DELETE FROM source WHERE name = ?')
  // Asked at each request, it spares reading the table.
  const { changes } = db.dialect
  const version = changes === undefined ? undefined : db.prepare<{ version: number }>(changes)
  let known: readonly SourceRow[] | undefined
  let seen: number | string | undefined
  const read = (): readonly SourceRow[] => {
    const now = version?.get()?.version
    if (known && now !== undefined && now === seen) return known
    const bodies = all.all().map(({ body }) => body)
    const mark = now ?? bodies.join()
    if (!known || mark !== seen) known = bodies.map((body) => JSON.parse(body) as SourceRow)
    seen = mark
    return known
  }
  return {
    all() {
      try {
        return read()
      } catch (thrown) {
        // Nobody can have changed them where nobody can write; what is sent meanwhile is not taken anyway.
        if (known && thrown instanceof Transient) return known
        throw thrown
      }
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
