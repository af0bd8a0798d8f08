import { execFileSync } from 'node:child_process'
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Damaged, Unreadable } from '#shared/ports/sources.ts'
import { findSources } from './find.ts'
import { gunzip } from './gunzip.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keytrail-'))
  await mkdir(join(folder, 'b', 'deep'), { recursive: true })
  await writeFile(join(folder, 'b', 'deep', '2.json'), 'two')
  await writeFile(join(folder, 'b', '.hidden'), 'hidden')
  await writeFile(join(folder, 'a.json'), 'one')
  await writeFile(join(folder, 'large'), Buffer.alloc(3 * 1024 * 1024, 120))
  await symlink(folder, join(folder, 'b', 'circle'))
  await symlink('nowhere', join(folder, 'b', 'dangling'))
})
afterAll(() => rm(folder, { recursive: true }))

const standardInput = async function* () {
  yield Buffer.from('input')
}
const find = (...names: readonly string[]) =>
  findSources(
    names.map((name) => (name === '-' ? name : join(folder, name))),
    standardInput,
  )

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

test('a pipe in the place of a file that was found does not hold up the reader', async () => {
  const place = join(folder, 'swapped')
  const size = 3 * 1024 * 1024
  for (const content of ['small', Buffer.alloc(size)]) {
    await writeFile(place, content)
    const { sources } = await find('swapped')
    await rm(place)
    execFileSync('mkfifo', [place])
    for (const source of sources)
      await expect(bytesOf(source.open())).rejects.toThrow('is a file no more')
    await rm(place)
  }
})

describe('finding', () => {
  test('folders in order of name, hidden files too, circles once', async () => {
    const { sources, unread } = await find('')
    expect(sources.map(({ name }) => relative(folder, name))).toEqual([
      'a.json',
      join('b', '.hidden'),
      join('b', 'deep', '2.json'),
      'large',
    ])
    expect(unread).toEqual([
      { path: join(folder, 'b', 'dangling'), reason: 'no such file or folder' },
    ])
  })

  test('small and large files and standard input are read whole', async () => {
    const { sources } = await find('a.json', 'large', '-')
    const sizes = await Promise.all(sources.map(async (one) => (await bytesOf(one.open())).length))
    expect(sizes).toEqual([3, 3 * 1024 * 1024, 5])
  })

  test('what is not there is told, in words', async () => {
    const { sources, unread } = await find('missing', 'a.json')
    expect(sources).toHaveLength(1)
    expect(unread).toEqual([{ path: join(folder, 'missing'), reason: 'no such file or folder' }])
  })

  test('a file that goes away before its turn is unreadable', async () => {
    await writeFile(join(folder, 'brief'), 'x')
    const { sources } = await find('brief')
    await rm(join(folder, 'brief'))
    const [source] = sources
    if (!source) throw new Error('not found')
    await expect(bytesOf(source.open())).rejects.toThrow(Unreadable)
  })
})

describe('gunzip', () => {
  const text = Buffer.from(Array.from({ length: 50_000 }, (_, n) => `line ${n}\n`).join(''))
  const members = Buffer.concat([gzipSync(text), gzipSync('and more')])
  const all = Buffer.concat([text, Buffer.from('and more')])

  test.each([7, 1000, members.length])('several members in chunks of %i', async (size) => {
    expect((await bytesOf(gunzip(chunked(members, size)))).equals(all)).toBe(true)
  })

  test.each([1000, members.length])(
    'a cut stream gives what it has, in chunks of %i',
    async (size) => {
      const parts: Uint8Array[] = []
      const read = async () => {
        for await (const chunk of gunzip(chunked(members.subarray(0, members.length - 60), size))) {
          parts.push(chunk)
        }
      }
      await expect(read()).rejects.toThrow(Damaged)
      const got = Buffer.concat(parts)
      expect(got.length).toBeGreaterThan(text.length / 2)
      expect(got.equals(all.subarray(0, got.length))).toBe(true)
    },
  )

  test('a small file that unfolds without end comes in chunks', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
    let largest = 0
    let total = 0
    for await (const chunk of gunzip(chunked(bomb, bomb.length))) {
      largest = Math.max(largest, chunk.length)
      total += chunk.length
    }
    expect(total).toBe(64 * 1024 * 1024)
    expect(largest).toBeLessThanOrEqual(1024 * 1024)
  })
})
