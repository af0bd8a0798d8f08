import { afterEach } from 'vitest'
import type { Database } from '#infra/sql/database.ts'
import type { Part } from '#infra/sqlite/migrate.ts'
import { scratch, type Scratch } from '#infra/sqlite/scratch.fixture.ts'

/** An adapter on a file of its own, and the way to open that anew. Call once in a test file; what it opens is closed after each test. */
export function disks() {
  const places: Scratch[] = []
  afterEach(() => {
    for (const place of places.splice(0)) place.end()
  })
  return <T>(part: Part, adapter: (db: Database) => T): { first: T; reopen: () => T } => {
    const place = scratch()
    places.push(place)
    let db = place.open([part])
    const reopen = (): T => {
      db.close()
      db = place.open([part])
      return adapter(db)
    }
    return { first: adapter(db), reopen }
  }
}
