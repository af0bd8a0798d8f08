import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Unusable } from '#shared/errors.ts'
import { backUp, restore } from './backup.ts'
import { scratch, type Scratch } from './scratch.fixture.ts'

const notes = {
  name: 'notes',
  migrations: ['CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT'],
}
const add = (db: ReturnType<Scratch['open']>, text: string) =>
  db.prepare('INSERT INTO note (text) VALUES (?)').run(text)
const texts = (db: ReturnType<Scratch['open']>) =>
  db
    .prepare<{ text: string }>('SELECT text FROM note ORDER BY id')
    .all()
    .map(({ text }) => text)

let place: Scratch
let target = ''
beforeEach(() => {
  place = scratch()
  target = `${place.file}.backup`
})
afterEach(() => place.end())

test('a backup of a file in use goes back to that moment', () => {
  const db = place.open([notes])
  add(db, 'before')
  backUp(place.file, target)
  expect(statSync(target).mode & 0o777).toBe(0o600)
  add(db, 'after')
  expect(() => restore(target, place.file, true)).toThrow('is in use by')
  db.close()
  expect(() => restore(target, place.file, false)).toThrow('exists')
  restore(target, place.file, true)
  expect(texts(place.open([notes]))).toEqual(['before'])
})

test('a backup replaces nothing, and needs something to copy', () => {
  expect(() => backUp(place.file, target)).toThrow(Unusable)
  place.open([notes]).close()
  writeFileSync(target, 'precious')
  expect(() => backUp(place.file, target)).toThrow('exists')
  expect(readFileSync(target, 'utf8')).toBe('precious')
})

test('what is damaged, or is none of ours, is not restored', () => {
  const db = place.open([notes])
  for (let n = 0; n < 2_000; n++) add(db, 'x'.repeat(100))
  db.close()
  backUp(place.file, target)
  const bytes = readFileSync(target)
  bytes.fill(0x55, 8_192, 12_288)
  writeFileSync(target, bytes)
  expect(() => restore(target, place.file, true)).toThrow(Unusable)
  expect(texts(place.open([notes]))).toHaveLength(2_000)
  writeFileSync(`${target}.text`, 'not a database at all, only a text of some length'.repeat(20))
  expect(() => restore(`${target}.text`, `${place.file}.new`, true)).toThrow(Unusable)
})
