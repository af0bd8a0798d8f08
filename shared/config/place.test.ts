import { expect, test } from 'vitest'
import { isAddress, isForeign, shownPlace } from './place.ts'

test.each([
  ['keytrail.db', 'keytrail.db'],
  ['postgres://me:secret@db:5433/k?password=secret', 'postgres://db:5433/k'],
  ['postgres://localhost/k?host=db.example', 'postgres://db.example/k'],
  ['postgres:///k?host=/run/pg', 'postgres:///run/pg/k'],
  // An unescaped slash in a password.
  ['postgres://me:/secret@db/k', 'postgres://me'],
  ['postgres://me:12/secret@db/k', 'postgres://me:12'],
  ['postgres://me:secret@[/', 'postgres://'],
  ['Postgres://me:secret@db/k', 'postgres://db/k'],
  ['mysql://me:secret@db/k', 'an address'],
])('%s is shown without what is secret in it', (place, shown) => {
  expect(shownPlace(place)).toBe(shown)
})

test.each([
  ['POSTGRESQL://db/k', true, false],
  ['postgres+ssl://db/k', false, true],
  [' postgres://db/k', false, true],
  ['data/keytrail.db', false, false],
  ['C:\\data\\keytrail.db', false, false],
])('%s: an address of a database %s, of something else %s', (place, address, foreign) => {
  expect([isAddress(place), isForeign(place)]).toEqual([address, foreign])
})
