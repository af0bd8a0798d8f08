import { afterEach } from 'vitest'
import { memorySources } from '#infra/memory/source-store.ts'
import { scratch, type Scratch } from '#infra/sqlite/scratch.fixture.ts'
import { sourcesPart, sqliteSources } from '#infra/sqlite/source-store.ts'
import { sourcesContract } from './source-store.ts'

const places: Scratch[] = []
afterEach(() => {
  for (const place of places.splice(0)) place.end()
})

sourcesContract('memory', () => ({ store: memorySources() }))
sourcesContract('SQLite', () => {
  const place = scratch()
  places.push(place)
  const store = sqliteSources(place.open([sourcesPart]))
  return { store, another: () => sqliteSources(place.open([sourcesPart], { as: 'guest' })) }
})
