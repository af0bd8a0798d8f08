import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Credential } from '#infra/fake-aws/call.ts'
import { createFakeAws, type FakeAws } from '#infra/fake-aws/fake-aws.ts'
import type { TrailRecord } from '#infra/fake-aws/record.ts'
import { files } from '#infra/files/files.ts'
import { memoryEffects } from '#infra/memory/effects.ts'
import { openBeside } from '#infra/sqlite/data-file.ts'
import { scratch, type Scratch } from '#infra/sqlite/scratch.fixture.ts'
import { configFrom } from '#shared/config.ts'
import { runBatches } from '#services/cli/run-files.ts'
import { readPaths } from '#services/ingest/read-paths.ts'
import { outcomeHash, outcomeOf } from '#services/replay/outcome.ts'
import { batchFrom } from '#services/serve/batch.ts'
import { playedClock, playServe, type Played, type PlayedClock } from '#test/played.ts'

/** A trail as it comes into a watched folder, hour by hour, with its digests: how far is it called complete? */

const account = '111122223333'
const minute = 60_000
const start = Date.parse('2026-05-04T10:00:00Z')
const regions = ['us-east-1', 'eu-west-1'] as const

let place: Scratch
let folder: string
let clock: PlayedClock
let aws: FakeAws
let happened: TrailRecord[]
let alice: Credential
/** Called with what was just put into the folder. */
let onDelivered: (paths: readonly string[]) => void
beforeEach(async () => {
  place = scratch()
  folder = join(dirname(dirname(place.file)), 'trail')
  mkdirSync(folder)
  clock = playedClock(start)
  happened = []
  onDelivered = () => undefined
  aws = await createFakeAws({
    seed: 5,
    now: () => clock.scheduler.now(),
    propagation: [0, 0],
    delivery: { delay: [minute, 12 * minute], twice: { share: 0.1, by: 3 * minute } },
    heard: (record) => void happened.push(record),
  })
  const anything = { Effect: 'Allow', Action: '*', Resource: '*' }
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [anything] })
  aws.addUser(account, 'alice')
  aws.setPolicy(account, 'user/alice', 'All', policy)
  alice = aws.addKey(account, 'alice')
})
afterEach(async () => {
  await aws.close()
  place.end()
})

/** So many hours of work in both regions; what comes of it is put into the folder every five minutes, with a digest each hour. */
async function hours(count: number): Promise<void> {
  for (let part = 1; part <= 12 * count; part++) {
    for (let n = 0; n < 5; n++) {
      const region = regions[n % 2] ?? 'us-east-1'
      aws.call({ credential: alice, service: 's3', action: 'ListBuckets', region })
      await clock.pass(minute)
    }
    onDelivered(await clock.during(aws.deliver(folder)))
    if (part % 12 === 0) onDelivered(await clock.during(aws.digest(folder, account, regions)))
  }
}

/** Long enough for a document to be read, which must not have changed between two looks. */
const twoLooks = (): Promise<void> => clock.pass(minute)

const life = (): Played =>
  playServe({
    clock,
    data: place.file,
    settings: {
      folders: [`trail=${folder}`],
      serve: { folderSeconds: 20, snapshotSeconds: 3600 },
      aws: { accounts: [{ id: account, regions: [...regions], allRegions: true, lookup: false }] },
    },
  })

type Told = { readonly from: number; readonly upTo: number; readonly behind: number }

/** What the log says of a scope, and the ids of records in their order. */
function logged(scope: string) {
  const data = openBeside(place.file, 'refuse')
  try {
    const ids: string[] = []
    const progress: Told[] = []
    for (const { body } of data.journal.read(0)) {
      const batch = batchFrom(body)
      ids.push(...batch.records.map(({ record }) => record))
      for (const told of batch.progress)
        if (told.scope === scope)
          progress.push({ from: told.from, upTo: told.upTo, behind: ids.length })
    }
    const hash = outcomeHash(outcomeOf(data.effects.standing().incidents))
    return { ids, progress, last: progress.at(-1), hash }
  } finally {
    data.close()
  }
}

const minutesIn = (at: number | undefined): number => ((at ?? Number.NaN) - start) / minute

const linesWith = ({ log }: Played, text: string): string[] =>
  log.filter((line) => line.includes(text))

const isDigest = (path: string): boolean => path.includes('CloudTrail-Digest')

test('what is called complete is, through the end of each digest less what may still come', async () => {
  const { end, doctor } = life()
  await hours(2)
  await twoLooks()
  const check = doctor().find(({ what }) => what === `account ${account}`)
  expect(check).toMatchObject({ is: 'fine' })
  expect(await end()).toBe(0)
  for (const scope of [account, ...regions.map((region) => `${account}:${region}`)]) {
    const { ids, progress, last } = logged(scope)
    expect(progress.map(({ upTo }) => minutesIn(upTo))).toEqual([45, 105])
    expect(last?.from).toBe(start)
    const places = new Map(ids.map((id, n) => [id, n]))
    for (const { from, upTo, behind } of progress)
      for (const { eventID, eventTime } of happened) {
        const at = Date.parse(eventTime)
        if (at < from || at >= upTo) continue
        expect([eventID, (places.get(eventID) ?? Infinity) < behind]).toEqual([eventID, true])
      }
  }
})

test('a credential that no record issued is told once digests prove that none is missing, as replay tells it', async () => {
  const { end } = life()
  const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }
  const { arn: RoleArn } = aws.addRole(account, {
    name: 'deployer',
    trust: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
  })
  const hidden = 'ap-south-1'
  onDelivered = (paths) =>
    paths.filter((path) => path.includes(hidden)).forEach((path) => rmSync(path))
  clock.scheduler.later(5 * minute, () => {
    const session = aws.assumeRole(alice, { RoleArn, RoleSessionName: 'run' }, { region: hidden })
    aws.call({ credential: session, service: 'sqs', action: 'ListQueues', region: 'eu-west-1' })
  })
  await hours(1)
  await twoLooks()
  expect(await end()).toBe(0)
  const replayed = await runBatches(
    readPaths([folder], files),
    { config: configFrom({}), effects: memoryEffects },
    { covers: [{ account, from: start }] },
  )
  expect(replayed.replayed.findings.map(({ detection }) => detection)).toEqual([
    'used-without-issue',
  ])
  expect(logged(account).hash).toBe(replayed.replayed.hash)
})

test('a log file that a digest names and that is not there holds it up, is told by name, and no longer once it is there', async () => {
  const played = life()
  let gone = ''
  await hours(1)
  onDelivered = (paths) => {
    gone ||= paths.find((path) => path.includes('eu-west-1') && !isDigest(path)) ?? ''
    if (existsSync(gone)) renameSync(gone, `${place.file}.aside`)
  }
  await hours(1)
  await clock.pass(11 * minute)
  expect(minutesIn(logged(`${account}:us-east-1`).last?.upTo)).toBe(105)
  expect(minutesIn(logged(`${account}:eu-west-1`).last?.upTo)).toBe(45)
  expect(minutesIn(logged(account).last?.upTo)).toBe(45)
  expect(linesWith(played, `${gone} (not there)`)).toHaveLength(1)
  const missing = () => played.doctor().find(({ what }) => what === 'trail in trail')
  expect(missing()).toMatchObject({ is: 'wrong', says: `missing: ${gone} (not there)` })

  renameSync(`${place.file}.aside`, gone)
  onDelivered = () => undefined
  await twoLooks()
  expect(minutesIn(logged(account).last?.upTo)).toBe(105)
  expect(missing()).toBeUndefined()
  expect(await played.end()).toBe(0)
})

test('a log file that is another than its digest says holds it up', async () => {
  const played = life()
  let changed = ''
  onDelivered = (paths) => {
    if (changed !== '') return
    changed = paths.find((path) => path.includes('us-east-1') && !isDigest(path)) ?? ''
    if (changed === '') return
    const { Records } = JSON.parse(gunzipSync(readFileSync(changed)).toString()) as {
      Records: object[]
    }
    writeFileSync(changed, gzipSync(JSON.stringify({ Records: Records.slice(1) })))
  }
  await hours(1)
  await clock.pass(11 * minute)
  expect(logged(account).progress).toEqual([])
  expect(linesWith(played, `${changed} (not what its digest says)`)).toHaveLength(1)
  expect(await played.end()).toBe(0)
})

test('a log file that was read and taken away since needs not be there', async () => {
  const { end } = life()
  onDelivered = (paths) => {
    const files = paths.filter((path) => !isDigest(path))
    clock.scheduler.later(2 * minute, () => files.forEach((path) => rmSync(path)))
  }
  await hours(1)
  await twoLooks()
  expect(minutesIn(logged(account).last?.upTo)).toBe(45)
  expect(await end()).toBe(0)
})

test('a restart goes on at the digest that comes next', async () => {
  const first = life()
  await hours(1)
  await twoLooks()
  expect(await first.end()).toBe(0)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) rmSync(join(entry.parentPath, entry.name))
  await hours(1)
  const ended = minutesIn(clock.scheduler.now())
  const again = life()
  await twoLooks()
  const { last } = logged(account)
  expect([last?.from, minutesIn(last?.upTo)]).toEqual([start, ended - 15])
  expect(await again.end()).toBe(0)
})
