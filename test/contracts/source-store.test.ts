import { afterEach } from 'vitest'
import { memorySources } from '#infra/memory/source-store.ts'
import { scratch, type Scratch } from '#infra/sqlite/scratch.fixture.ts'
import { sqlSources } from '#infra/sql/source-store.ts'
import { sourcesPart } from '#infra/sqlite/parts.ts'
import { sourcesContract } from './source-store.ts'

const places: Scratch[] = []
afterEach(() => {
  for (const place of places.splice(0)) place.end()
})

sourcesContract('memory', () => ({ store: memorySources() }))
sourcesContract('SQLite', () => {
  const place = scratch()
  places.push(place)
  const store = sqlSources(place.open([sourcesPart]))
  return { store, another: () => sqlSources(place.open([sourcesPart], { as: 'guest' })) }
})
