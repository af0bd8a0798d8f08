import { cpSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { files } from '#infra/files/files.ts'
import { memoryEffects } from '#infra/memory/effects.ts'
import { openBeside } from '#infra/sqlite/data-file.ts'
import { scratch, type Scratch } from '#infra/sqlite/scratch.fixture.ts'
import { configFrom } from '#shared/config.ts'
import { runBatches } from '#services/cli/run-files.ts'
import { readPaths } from '#services/ingest/read-paths.ts'
import { outcomeHash, outcomeOf } from '#services/replay/outcome.ts'
import { playedClock, playServe } from '#test/played.ts'
import { load, names } from './all.ts'

/** The same folder, read by `keytrail replay` and watched by `keytrail serve`: one outcome, whenever it was copied there. */

const company = join(import.meta.dirname, '..', '..', 'examples', 'company')
const start = Date.parse('2026-05-05T10:00:00Z')

let place: Scratch
let folder: string
beforeEach(() => {
  place = scratch()
  folder = join(dirname(dirname(place.file)), 'watched')
  mkdirSync(folder)
})
afterEach(() => place.end())

function touch(time: Date): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), time, time)
}

async function replayed(settings: object) {
  const config = configFrom({ file: { name: 'keytrail.yaml', content: settings } })
  const { replayed: found } = await runBatches(readPaths([folder], files), {
    config,
    effects: memoryEffects,
  })
  return found
}

async function served(settings: object): Promise<string> {
  const clock = playedClock(start)
  const { end } = playServe({
    clock,
    data: place.file,
    settings: { ...settings, folders: [`watched=${folder}`] },
  })
  await clock.pass(60_000)
  expect(await end()).toBe(0)
  const data = openBeside(place.file, 'refuse')
  try {
    return outcomeHash(outcomeOf(data.effects.standing().incidents))
  } finally {
    data.close()
  }
}

const times: readonly (readonly [string, Date])[] = [
  ['years ago', new Date('2001-01-01T00:00:00Z')],
  ['just now', new Date(start)],
  ['by a clock that is ahead', new Date(start + 86_400_000)],
]

describe.each(times)('files that were changed %s', (_, time) => {
  test('the example company', async () => {
    for (const name of ['AWSLogs', 'agents'])
      cpSync(join(company, name), join(folder, name), { recursive: true })
    touch(time)
    const settings = parse(readFileSync(join(company, 'keytrail.yaml'), 'utf8')) as object
    const { hash, incidents } = await replayed(settings)
    expect(incidents).toHaveLength(2)
    expect(await served(settings)).toBe(hash)
  })

  test.each(names)('%s', async (name) => {
    const { records, issuers = [] } = await load(name)
    const lines = records.map((record) => `${JSON.stringify(record)}\n`)
    const half = Math.floor(lines.length / 2)
    writeFileSync(join(folder, 'a.jsonl'), lines.slice(half).join(''))
    writeFileSync(join(folder, 'b.jsonl'), lines.slice(0, half).join(''))
    touch(time)
    expect(await served({ issuers })).toBe((await replayed({ issuers })).hash)
  })
})
