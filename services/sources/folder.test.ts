import {
  appendFile,
  mkdir,
  mkdtemp,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { files } from '#infra/files/files.ts'
import { memoryJournal } from '#infra/memory/journal.ts'
import type { AgentActivity } from '#shared/messages/activity.ts'
import { normalise } from '#services/normalise/normalise.ts'
import { watchedFolder } from './folder.ts'
import { activity, intake, keepMs, now, watch } from '#test/watched.ts'
import { trail } from '#test/trail.ts'

let path = ''
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'keytrail-'))
})
afterEach(() => rm(path, { recursive: true }))

const written = new Date('2026-05-04T09:30:00Z')

const place = (name: string) => join(path, name)

describe('a watched folder', () => {
  test('lines are read as they are appended, each once, the last one when its newline is there', async () => {
    const to = intake()
    const source = watch(path, to)
    await writeFile(place('a.jsonl'), activity(1) + activity(2).slice(0, 20))
    await source.poll(now)
    expect(to.ids()).toHaveLength(1)
    await appendFile(place('a.jsonl'), activity(2).slice(20) + activity(3))
    await source.poll(now)
    expect(to.ids()).toHaveLength(3)
    expect(new Set(to.ids()).size).toBe(3)
    expect(to.dead()).toEqual([])
  })

  test('a last line without newline is read once nothing changes any more', async () => {
    const to = intake()
    const source = watch(path, to)
    await writeFile(place('a.jsonl'), activity(1) + activity(2).trimEnd())
    await source.poll(now)
    expect(to.ids()).toHaveLength(1)
    await source.poll(now)
    expect(to.ids()).toHaveLength(2)
    await source.poll(now)
    expect(to.ids()).toHaveLength(2)
  })

  test('a document is read once it has not changed between two looks', async () => {
    const to = intake()
    const source = watch(path, to)
    const text = JSON.stringify({ Records: [trail(1), trail(2)] })
    await writeFile(place('half.json'), text.slice(0, 300))
    await source.poll(now)
    await writeFile(place('half.json'), text)
    await writeFile(place('whole.json.gz'), gzipSync(JSON.stringify({ Records: [trail(3)] })))
    await source.poll(now)
    expect(to.ids()).toEqual([])
    await source.poll(now)
    expect(to.ids().toSorted()).toEqual([1, 2, 3].map((n) => trail(n).eventID))
    expect(to.dead()).toEqual([])
  })

  test('a restart goes on from the bookmarks', async () => {
    const to = intake()
    await writeFile(place('a.jsonl'), activity(1))
    await writeFile(place('b.json'), JSON.stringify({ Records: [trail(1)] }, null, 1))
    const first = watch(path, to)
    await first.poll(now)
    await first.poll(now)
    const again = watch(path, to)
    await appendFile(place('a.jsonl'), activity(2))
    await again.poll(now)
    await again.poll(now)
    expect(to.ids()).toHaveLength(3)
  })

  test('a file that was replaced under its name is read from its beginning', async () => {
    const to = intake()
    const source = watch(path, to)
    await writeFile(place('a.jsonl'), activity(1))
    await source.poll(now)
    await writeFile(place('new'), activity(7) + activity(8))
    await rename(place('new'), place('a.jsonl'))
    await source.poll(now)
    expect(to.activities().map((each) => (each as { task?: string }).task)).toEqual([
      't-1',
      't-7',
      't-8',
    ])
  })

  test('reports count as they are written, whenever their file was changed', async () => {
    const to = intake()
    const claim = JSON.parse(activity(1)) as object
    const said = { ...claim, id: 's-2', source: 'broker', received: '2026-05-04T09:00:00Z' }
    await writeFile(place('a.jsonl'), `${activity(1)}${JSON.stringify(said)}\n`)
    await utimes(place('a.jsonl'), written, written)
    await watch(path, to).poll(now)
    const [bare, told] = to.activities() as AgentActivity[]
    expect([bare?.source, bare?.received]).toEqual([undefined, undefined])
    expect(told).toMatchObject({ source: 'broker', received: Date.parse(said.received) })
  })

  test('a report that holds what looks like a secret is refused, and names no more than its place', async () => {
    const to = intake()
    const secret = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJDQU5BUlkifQ.c2ln'
    await writeFile(place('a.jsonl'), activity(1) + activity(2).replace('t-2', secret))
    await watch(path, to).poll(now)
    expect(to.ids()).toHaveLength(1)
    expect(to.dead()).toMatchObject([{ source: place('a.jsonl'), field: 'task' }])
    expect(JSON.stringify(to.offers)).not.toContain(secret)
  })

  test('what is not understood becomes a dead letter that names its place in the file', async () => {
    const to = intake()
    const source = watch(path, to)
    await writeFile(place('a.jsonl'), activity(1))
    await source.poll(now)
    await appendFile(place('a.jsonl'), '{"broken"\n')
    await source.poll(now)
    expect(to.dead()).toMatchObject([{ source: place('a.jsonl'), offset: activity(1).length }])
  })

  test('where there is no room it waits', async () => {
    const to = intake({ busy: 3 })
    await writeFile(place('a.jsonl'), activity(1))
    await watch(path, to).poll(now)
    expect(to.ids()).toHaveLength(1)
  })

  test('digests of a trail are left aside', async () => {
    const to = intake()
    const source = watch(path, to)
    await mkdir(place('CloudTrail-Digest'))
    await writeFile(place('CloudTrail-Digest/d.jsonl'), activity(2))
    await writeFile(place('a.jsonl'), activity(1))
    await source.poll(now)
    expect(to.ids()).toHaveLength(1)
  })

  test('one entry that cannot be read is told once, and holds up no other', async () => {
    const to = intake()
    const told: string[] = []
    const source = watch(path, to, told)
    await symlink('nowhere', place('dangling'))
    await writeFile(place('a.jsonl'), activity(1))
    expect(await source.poll(now)).toBe(1000)
    expect(await source.poll(now)).toBe(1000)
    expect(to.ids()).toHaveLength(1)
    expect(told).toEqual(['cannot be read: no such file or folder'])
  })

  test('a file that is gone when its turn comes is told, and read when it is back', async () => {
    const to = intake()
    const told: string[] = []
    const gone = { from: 'a.jsonl', to: 'moved' }
    const source = watch(path, to, told, {
      ...files,
      async find(paths) {
        const found = await files.find(paths)
        await rename(place(gone.from), place(gone.to))
        return found
      },
    })
    await writeFile(place('a.jsonl'), activity(1))
    await writeFile(place('b.jsonl'), activity(2))
    await source.poll(now)
    expect(to.ids()).toHaveLength(1)
    expect(told).toEqual([expect.stringContaining('no such file or folder')])
    Object.assign(gone, { from: 'moved', to: 'a.jsonl' })
    await source.poll(now)
    Object.assign(gone, { from: 'a.jsonl', to: 'a.jsonl' })
    await source.poll(now)
    expect(new Set(to.ids()).size).toBe(2)
  })

  test('a folder that cannot be read is told', async () => {
    await expect(
      watchedFolder(
        { name: 'trail', path: place('nowhere'), everyMs: 1000, accounts: new Map(), keepMs },
        {
          files,
          intake: intake(),
          bookmarks: memoryJournal(),
          scheduler: {
            now: () => now,
            elapsed: () => 0,
            soon: () => undefined,
            later: () => () => undefined,
          },
          normalise: (raw) => normalise(raw, { trustedAccounts: new Set() }),
          told: () => undefined,
          lacks: () => undefined,
        },
      ).poll(now),
    ).rejects.toThrow('no such file or folder')
  })
})
