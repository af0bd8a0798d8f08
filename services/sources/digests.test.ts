import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { memoryIntake } from '#infra/memory/intake.ts'
import type { ByteSource } from '#shared/ports/sources.ts'
import { digestsIn } from './digests.ts'

const account = '111122223333'
const hour = 3_600_000
const minute = 60_000
const start = Date.parse('2026-05-04T10:00:00Z')
const home = 'us-east-1'

let disk: Map<string, { text: string; changed: number }>
let read: Set<string>
let now: number
beforeEach(() => {
  disk = new Map()
  read = new Set()
  now = start + 100 * hour
})

const stampOf = (at: number): string => new Date(at).toISOString().replace(/\.\d+/, '')
const dayOf = (at: number): string => stampOf(at).slice(0, 10).replaceAll('-', '/')

/** A log file, and whether it is there and read. */
function log(name: string, at: number, is: 'read' | 'found' | 'gone' = 'read') {
  const key = `${account}/CloudTrail/${home}/${dayOf(at)}/${name}.json`
  const text = `{"Records":[],"name":"${name}"}`
  if (is !== 'gone') disk.set(`t/${key}`, { text, changed: at })
  if (is === 'read') read.add(`t/${key}`)
  const hashValue = createHash('sha256').update(text).digest('hex')
  return { s3Object: `AWSLogs/${key}.gz`, hashValue, hashAlgorithm: 'SHA-256' }
}

/** Where a trail writes to. */
type Trail = { readonly name?: string; readonly root?: string; readonly from?: string }

const nameOf = (end: number, region = home, trail: Trail = {}): string => {
  const { name = 'main', root = 't/', from = home } = trail
  return `${root}${account}/CloudTrail-Digest/${region}/${dayOf(end)}/${account}_CloudTrail-Digest_${region}_${name}_${from}_${stampOf(end).replaceAll(/[-:]/g, '')}.json`
}

/** The digest of an hour, and the trail that it is of. */
function digest(
  end: number,
  logFiles: readonly object[] = [],
  region = home,
  from = end - hour,
  trail: Trail = {},
): void {
  const text = JSON.stringify({
    awsAccountId: account,
    digestStartTime: stampOf(from),
    digestEndTime: stampOf(end),
    logFiles,
  })
  disk.set(nameOf(end, region, trail), { text, changed: end })
}

const files = (): ByteSource[] =>
  [...disk].map(([name, { text, changed }]) => ({
    name,
    size: text.length,
    changed,
    open: async function* (stretch) {
      yield await Promise.resolve(Buffer.from(text).subarray(stretch?.from, stretch?.until))
    },
  }))

function watching(intake = memoryIntake()) {
  const lacking: (readonly string[])[] = []
  const dead: string[] = []
  /** Milliseconds that pass whenever somebody looks at the clock. */
  const time = { each: 0, passed: 0 }
  const digests = digestsIn(
    { name: 'trail', accounts: new Map([[account, []]]) },
    {
      intake,
      files: { find: () => Promise.reject(new Error('nobody looks')), gunzip: (bytes) => bytes },
      scheduler: {
        now: () => now,
        elapsed: () => (time.passed += time.each),
        soon: (work) => work(),
        later: () => () => undefined,
      },
      normalise: () => ({ as: 'ignored', reason: 'no record' }),
      told: (told) =>
        void dead.push(...told.dead.map(({ source, reason }) => `${source}: ${reason}`)),
      lacks: (_, what) => void lacking.push(what),
    },
  )
  const look = (): Promise<void> =>
    digests.look({ files: files(), isRead: ({ name }) => read.has(name), now })
  const complete = (scope = account) => {
    const told = intake.logged.flatMap(({ progress = [] }) => progress)
    const last = told.findLast((each) => each.scope === scope)
    return last && [(last.from - start) / hour, (last.upTo - start) / hour]
  }
  return { look, complete, lacking, dead, intake, time }
}

const holeOf = (root: string, from: number): string =>
  `the digest of ${root}${account} ${home} main (${home}) from 2026-05-04T${from}:00:00.000Z to 2026-05-04T${from + 1}:00:00.000Z (not there)`

describe('how far digests prove a trail complete', () => {
  test('one after the other, less a quarter of an hour, and in any order of coming', async () => {
    const { look, complete } = watching()
    digest(start + 2 * hour, [log('b', start + hour)])
    digest(start + hour, [log('a', start)])
    await look()
    expect(complete()).toEqual([0, 1.75])
    expect(complete(`${account}:${home}`)).toEqual([0, 1.75])
  })

  test('a hole stays one while what is in it may come', async () => {
    const { look, complete, lacking } = watching()
    digest(start + hour)
    digest(start + 3 * hour)
    await look()
    now += 11 * minute
    await look()
    expect(complete()).toEqual([0, 0.75])
    const hole = holeOf('t/', 11)
    expect(lacking).toEqual([[hole]])
    digest(start + 2 * hour)
    await look()
    expect(complete()).toEqual([0, 2.75])
    expect(lacking.at(-1)).toEqual([])
  })

  test('behind a hole, or files, that nobody waits for any more, coverage begins anew', async () => {
    const { look, complete, lacking } = watching()
    digest(start + hour)
    digest(start + 3 * hour)
    digest(start + 4 * hour, [log('gone', start + 3 * hour, 'gone')])
    for (let n = 5; n <= 29; n++) digest(start + n * hour)
    await look()
    expect(complete()).toEqual([0, 0.75])
    // At the first looks a folder may still be filled.
    now += 11 * minute
    await look()
    expect(complete()).toEqual([2, 2.75])
    now += 11 * minute
    await look()
    expect(lacking.at(-1)).toEqual([expect.stringContaining('gone.json.gz (not there)')])
    digest(start + 30 * hour)
    await look()
    expect(complete()).toEqual([4, 29.75])
    expect(lacking.at(-1)).toEqual([])
  })

  test('a file that is there and not read yet is waited for, however long', async () => {
    const { look, complete, lacking } = watching()
    digest(start + hour, [log('slow', start, 'found')])
    for (let n = 2; n <= 40; n++) digest(start + n * hour)
    await look()
    now += 11 * minute
    await look()
    expect(complete()).toBeUndefined()
    expect(lacking.at(-1)).toEqual([expect.stringContaining('(not read yet)')])
    for (const name of disk.keys()) read.add(name)
    await look()
    expect(complete()).toEqual([0, 39.75])
  })

  test('an account is complete as far as the last region that it uses, and not without one', async () => {
    const { look, complete, intake } = watching()
    digest(start + hour, [], 'eu-west-1')
    await look()
    expect(complete()).toBeUndefined()
    expect(complete(`${account}:eu-west-1`)).toEqual([0, 0.75])
    digest(start + hour)
    await look()
    expect(complete()).toEqual([0, 0.75])
    const count = intake.logged.length
    await look()
    expect(intake.logged).toHaveLength(count)
  })

  test.each([
    ['no JSON', '{"awsAccountId":', 'no digest: not valid JSON'],
    ['no digest', `{"awsAccountId":"${account}"}`, 'no digest: a field is missing or malformed'],
    ['that of another account', '', 'the digest of another account'],
  ])(
    'what is %s becomes one dead letter once it is not being written any more',
    async (_, bad, reason) => {
      const { look, complete, dead, lacking, intake } = watching()
      const name = nameOf(start + hour)
      digest(start + hour)
      const { text = '' } = disk.get(name) ?? {}
      disk.set(name, { text: bad || text.replace(account, '444455556666'), changed: start })
      await look()
      expect(dead).toEqual([])
      await look()
      now += 11 * minute
      await look()
      expect(dead).toEqual([`${name}: ${reason}`])
      expect(intake.logged.flatMap((offer) => offer.dead ?? [])).toHaveLength(1)
      expect(lacking).toEqual([[`${name} (${reason})`]])
      digest(start + hour)
      await look()
      expect(complete()).toEqual([0, 0.75])
    },
  )

  test('a broken one behind a good one names itself, and is given up like one that does not come', async () => {
    const { look, complete, dead, lacking } = watching()
    digest(start + hour)
    disk.set(nameOf(start + 2 * hour), { text: 'cut off', changed: start })
    await look()
    await look()
    now += 11 * minute
    await look()
    expect(dead).toHaveLength(1)
    expect(lacking).toEqual([[`${nameOf(start + 2 * hour)} (no digest: not valid JSON)`]])
    for (let n = 3; n <= 29; n++) digest(start + n * hour)
    await look()
    expect(complete()).toEqual([2, 28.75])
    expect(dead).toHaveLength(1)
  })

  test('where there is no time for all of them, what is known of the others stays told', async () => {
    const { look, lacking, time } = watching()
    digest(start + hour, [log('gone', start, 'gone')])
    digest(start + hour, [], 'eu-west-1')
    await look()
    now += 11 * minute
    await look()
    expect(lacking).toHaveLength(1)
    time.each = 3_000
    digest(start + 2 * hour, [], 'eu-west-1')
    for (let n = 0; n < 3; n++) await look()
    expect(lacking).toHaveLength(1)
  })

  test('of several trails the slowest counts, while it has digests', async () => {
    const { look, complete } = watching()
    for (let n = 1; n <= 2; n++) digest(start + n * hour)
    digest(start + hour, [log('slow', start, 'gone')], home, start, { name: 'other' })
    await look()
    expect(complete()).toBeUndefined()
    log('slow', start)
    await look()
    expect(complete()).toEqual([0, 0.75])
    // The other one was switched off long ago.
    for (let n = 3; n <= 28; n++) digest(start + n * hour)
    await look()
    expect(complete()).toEqual([0, 27.75])
    // A third one that has just begun takes nothing back.
    const third = { name: 'third' }
    digest(start + 27 * hour, [], home, start + 26 * hour, third)
    await look()
    expect(complete()).toEqual([0, 27.75])
    digest(start + 28 * hour, [], home, start + 27 * hour, third)
    digest(start + 29 * hour, [], home, start + 28 * hour, third)
    digest(start + 29 * hour)
    await look()
    expect(complete()).toEqual([0, 28.75])
  })

  describe.each<[string, Trail]>([
    ['of an organisation', { root: 't/o-abc/' }],
    ['of another home region', { from: 'eu-west-1' }],
  ])('two trails of one name are two: the other is %s', (_, other) => {
    /** Digests of the other trail, twenty minutes before those of the account's own. */
    const another = (first: number, last: number): void => {
      for (let n = first; n <= last; n++) {
        const end = start + n * hour - 20 * minute
        digest(end, [], home, end - hour, other)
      }
    }

    test('a digest that one lacks is not filled by the other, and is told', async () => {
      const { look, complete, lacking } = watching()
      digest(start + hour)
      digest(start + 3 * hour)
      another(1, 4)
      await look()
      now += 11 * minute
      await look()
      expect(complete()?.[1]).toBe(0.75)
      expect(lacking).toEqual([[holeOf('t/', 11)]])
      digest(start + 2 * hour)
      await look()
      expect(complete()?.[1]).toBe(2.75)
      expect(lacking.at(-1)).toEqual([])
    })

    test('a log file that one lacks holds up both', async () => {
      const { look, complete, lacking } = watching()
      digest(start + hour, [log('gone', start, 'gone')])
      another(1, 4)
      await look()
      now += 11 * minute
      await look()
      expect(complete()).toBeUndefined()
      expect(lacking).toEqual([[expect.stringContaining('gone.json.gz (not there)')]])
    })

    test('behind what one never got coverage begins anew, whatever the other has, also over a restart', async () => {
      const { look, complete, intake } = watching()
      digest(start + hour)
      for (let n = 3; n <= 29; n++) digest(start + n * hour)
      another(1, 29)
      await look()
      now += 11 * minute
      await look()
      const upTo = 29 - 1 / 3 - 0.25
      expect(complete()).toEqual([2, expect.closeTo(upTo)])
      const again = watching(intake)
      digest(start + 30 * hour)
      another(30, 30)
      await again.look()
      expect(again.complete()).toEqual([2, expect.closeTo(upTo + 1)])
    })
  })

  test('a restart goes on behind the last digest, and says of the account what it knew', async () => {
    const intake = memoryIntake()
    const first = watching(intake)
    digest(start + hour, [log('a', start)])
    await first.look()
    disk.clear()
    const again = watching(intake)
    digest(start + 2 * hour, [log('b', start + hour)])
    await again.look()
    expect(again.complete()).toEqual([0, 1.75])
  })

  test('what an earlier version kept of a trail may be of two of that name, and counts no more', async () => {
    const intake = memoryIntake()
    for (const of of [`${account}/${home}/main`, `t/${account}/${home}/main/${home}`]) {
      const source = `trail/digests/${of}`
      const bookmark = `1 ${start}-${start + 4 * hour}`
      await intake.offer({ source, received: now, records: [], bookmark })
    }
    const { look, complete } = watching(intake)
    digest(start + 2 * hour)
    await look()
    expect(complete()).toEqual([1, 1.75])
  })
})
