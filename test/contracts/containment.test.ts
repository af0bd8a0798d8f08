import { afterEach } from 'vitest'
import { memoryContainment } from '#infra/memory/containment.ts'
import { containmentPart, sqliteContainment } from '#infra/sqlite/containment.ts'
import { scratch, type Scratch } from '#infra/sqlite/scratch.fixture.ts'
import { containmentContract } from './containment.ts'

const places: Scratch[] = []
afterEach(() => {
  for (const place of places.splice(0)) place.end()
})

containmentContract('memory', () => ({ store: memoryContainment() }))
containmentContract('SQLite', () => {
  const place = scratch()
  places.push(place)
  let db = place.open([containmentPart])
  return {
    store: sqliteContainment(db),
    reopen() {
      db.close()
      db = place.open([containmentPart])
      return sqliteContainment(db)
    },
  }
})
