import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { activity, day, intake, now, watch } from '#test/watched.ts'

let path = ''
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'keytrail-'))
})
afterEach(() => rm(path, { recursive: true }))

const place = (name: string) => join(path, name)

test('a file that is gone is known as read for as long as is kept, also over a restart, and forgotten then', async () => {
  const to = intake()
  await mkdir(place('in'))
  await writeFile(place('in/a.jsonl'), activity(1))
  await writeFile(place('in/b.jsonl'), activity(2))
  const first = watch(path, to)
  await first.poll(now)
  const known = () => to.journal.bookmarks('trail/', '', 10).map(({ source }) => source)
  expect(known()).toHaveLength(2)

  const [a, b] = [place('in/a.jsonl'), place('in/b.jsonl')]
  await rename(a, `${path}.a`)
  await rename(b, `${path}.b`)
  await first.poll(now + day)
  const again = watch(path, to)
  await again.poll(now + 30 * day)
  await rename(`${path}.a`, a)
  await again.poll(now + 30 * day + 1)
  expect(to.ids()).toHaveLength(2)

  await again.poll(now + 31 * day + 1)
  expect(known()).toEqual([`trail/${a}`])
  await rename(`${path}.b`, b)
  await again.poll(now + 32 * day)
  expect(to.ids()).toHaveLength(3)
  // Being back begins its time anew.
  await rm(a)
  await again.poll(now + 40 * day)
  await again.poll(now + 69 * day)
  expect(known()).toHaveLength(2)
  await again.poll(now + 71 * day)
  expect(known()).toEqual([`trail/${b}`])
})

test('where a part cannot be seen nothing is gone, and bookmarks of others are left alone', async () => {
  const to = intake()
  const other = { 'trail/digests//t/x': '2 5-6', 'trail/more//y/a.jsonl': '1 1:1 1 ab', tra: '7' }
  to.journal.append(new Uint8Array(), 0, other)
  await writeFile(place('a.jsonl'), activity(1))
  const source = watch(path, to)
  await source.poll(now)
  await rm(place('a.jsonl'))
  await writeFile(place('b.jsonl'), activity(2))
  await symlink('nowhere', place('dangling'))
  await source.poll(now + day)
  await source.poll(now + 90 * day)
  expect(to.bookmark(`trail/${place('a.jsonl')}`)).toBeDefined()
  await rm(place('dangling'))
  await source.poll(now + 91 * day)
  await source.poll(now + 130 * day)
  expect(to.bookmark(`trail/${place('a.jsonl')}`)).toBeUndefined()
  for (const [name, mark] of Object.entries(other)) expect(to.bookmark(name)).toBe(mark)
})

test('all bookmarks have their turn, however many there are', async () => {
  const to = intake()
  const many = Array.from({ length: 2_500 }, (_, n) => [`trail//gone/${n}`, '1 5:5 5 ab'] as const)
  to.journal.append(new Uint8Array(), 0, Object.fromEntries(many))
  await writeFile(place('a.jsonl'), activity(1))
  const source = watch(path, to)
  for (let look = 0; look < 4; look++) await source.poll(now)
  for (let look = 0; look < 4; look++) await source.poll(now + 31 * day)
  expect(to.journal.bookmarks('', '', 10_000)).toHaveLength(1)
})
