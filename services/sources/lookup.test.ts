import { describe, expect, test } from 'vitest'
import { Transient } from '#shared/errors.ts'
import type { EventHistory, HistoryEvent, LookupQuery } from '#shared/ports/cloudtrail.ts'
import { memoryIntake } from '#infra/memory/intake.ts'
import { normalise } from '#services/normalise/normalise.ts'
import { lookupEvents, type LookupOptions } from './lookup.ts'

const account = '111122223333'
const minute = 60_000
const start = Date.parse('2026-05-04T10:00:00Z')
const home = 'us-east-1'

const options: LookupOptions = {
  name: 'aws',
  account,
  regions: [home],
  isAll: true,
  everyMs: 30_000,
  settleMs: 15 * minute,
  lateMs: 120 * minute,
  backfillMs: 60 * minute,
  sliceMs: 15 * minute,
}

/** A history of which each event is shown from `from` on. */
type Kept = HistoryEvent & { readonly region: string; readonly from: number }

const event = (id: string, at: number, from = at, region = home): Kept => ({
  id,
  at,
  from,
  region,
  text: JSON.stringify({
    eventVersion: '1.11',
    eventTime: new Date(at).toISOString(),
    eventSource: 's3.amazonaws.com',
    eventName: 'ListBuckets',
    awsRegion: region,
    recipientAccountId: account,
    eventID: id,
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLE',
      arn: `arn:aws:iam::${account}:user/ana`,
      accountId: account,
      accessKeyId: 'AKIAEXAMPLE000000001',
      userName: 'ana',
    },
  }),
})

/** A scheduler whose time goes on by itself when somebody waits. */
function time(at: number) {
  let passed = 0
  return {
    now: () => at + passed,
    elapsed: () => passed,
    soon: (work: () => void) => work(),
    later: (ms: number, work: () => void) => {
      passed += ms
      queueMicrotask(work)
      return () => undefined
    },
    pass: (ms: number) => void (passed += ms),
  }
}

function world(events: Kept[], more: Partial<LookupOptions> = {}) {
  const scheduler = time(start)
  const intake = memoryIntake()
  const asked: LookupQuery[] = []
  const answers: (ReturnType<EventHistory['page']> | undefined)[] = []
  const size = 2
  const history: EventHistory = {
    page: async (query) => {
      asked.push(query)
      const answer = answers.shift()
      if (answer) return answer
      const shown = events
        .filter(({ region, from }) => region === query.region && from <= scheduler.now())
        .filter(({ at }) => at >= query.from && at <= query.until)
        .toSorted((a, b) => b.at - a.at)
      const at = Number(query.next ?? 0)
      const rest = shown.length > at + size
      return {
        as: 'page',
        events: shown.slice(at, at + size),
        ...(rest && { next: `${at + size}` }),
      }
    },
  }
  const open = () =>
    lookupEvents(
      { ...options, ...more },
      {
        intake,
        scheduler,
        history,
        normalise: (raw) => normalise(raw, { trustedAccounts: new Set() }),
        told: () => undefined,
      },
    )
  const ids = () => intake.logged.flatMap(({ records }) => records.map(({ record }) => record))
  const progress = () => intake.logged.flatMap((offer) => offer.progress ?? [])
  return { scheduler, intake, asked, answers, open, ids, progress, events }
}

describe('LookupEvents as a source', () => {
  test('what comes late is found, what was handed over is dropped', async () => {
    const late = event('late', start - minute, start + 10 * minute)
    const { scheduler, open, ids } = world([event('a', start - 2 * minute), late])
    const source = open()
    await source.poll(scheduler.now())
    expect(ids()).toHaveLength(1)
    scheduler.pass(10 * minute)
    await source.poll(scheduler.now())
    await source.poll(scheduler.now())
    expect(ids()).toHaveLength(2)
  })

  test('what comes later than records should is found once it is looked for again, also after a restart', async () => {
    const late = event('late', start - minute, start + 90 * minute)
    const { scheduler, open, ids, asked } = world([event('a', start - 2 * minute), late])
    const first = open()
    for (let polls = 0; polls < 4; polls++) {
      await first.poll(scheduler.now())
      scheduler.pass(30 * minute)
    }
    expect(new Set(ids()).size).toBe(1)
    const again = open()
    scheduler.pass(15 * minute)
    // One stretch a poll.
    for (let polls = 0; polls < 5; polls++) await again.poll(scheduler.now())
    expect(new Set(ids()).size).toBe(2)
    // What was looked at again is not looked at a third time.
    asked.length = 0
    await again.poll(scheduler.now())
    expect(asked.filter(({ from }) => from < start)).toEqual([])
  })

  test('complete is only what nothing can be added to any more', async () => {
    const { scheduler, open, progress } = world([])
    await open().poll(scheduler.now())
    const from = start - 60 * minute
    expect(progress().at(-1)).toEqual({
      kind: 'progress',
      source: 'aws',
      scope: account,
      from,
      upTo: start - 15 * minute,
      within: 30.5 * minute,
    })
  })

  test('an account is complete as far as the last of its regions, and not while one is silent', async () => {
    const { open, progress, answers, intake } = world([], { regions: ['eu-west-1'] })
    answers.push(undefined, Promise.reject(new Transient('reading CloudTrail in eu-west-1')))
    const source = open()
    await expect(source.poll(start)).rejects.toThrow(Transient)
    expect(progress()).toEqual([])
    expect(intake.bookmark('aws')).toMatch(/^1 us-east-1=\d+-\d+-\d+$/)
    await source.poll(start)
    expect(progress()).toMatchObject([{ scope: account, upTo: start - 15 * minute }])
  })

  test('regions that are not all prove nothing about the account', async () => {
    const { scheduler, open, progress } = world([], { isAll: false })
    await open().poll(scheduler.now())
    expect(progress().map(({ scope }) => scope)).toEqual([`${account}:${home}`])
  })

  test('a restart goes on where everything was complete, and skips nothing', async () => {
    const { scheduler, open, ids, asked } = world([event('a', start - 10 * minute)])
    await open().poll(scheduler.now())
    scheduler.pass(24 * 60 * minute)
    asked.length = 0
    await open().poll(scheduler.now())
    expect(asked[0]?.from).toBe(start - 15 * minute)
    expect(asked.at(-1)?.until).toBeLessThanOrEqual(scheduler.now())
    expect(new Set(ids()).size).toBe(1)
    const gaps = asked.slice(1).filter(({ from }, i) => from > (asked[i]?.until ?? 0))
    expect(gaps).toEqual([])
  })

  test('coverage begins anew after a pause that the history does not reach over', async () => {
    const { scheduler, open, progress } = world([], { sliceMs: 24 * 60 * minute })
    await open().poll(scheduler.now())
    scheduler.pass(100 * 24 * 60 * minute)
    await open().poll(scheduler.now())
    expect(progress().at(-1)?.from).toBeGreaterThan(start)
  })

  test('all pages are asked for with the same window, two a second', async () => {
    const events = Array.from({ length: 7 }, (_, i) => event(`e${i}`, start - i * 1000))
    const { scheduler, open, ids, asked } = world(events, { backfillMs: 10 * minute })
    await open().poll(scheduler.now())
    expect(ids()).toHaveLength(7)
    expect(new Set(asked.map(({ from, until }) => `${from} ${until}`)).size).toBe(1)
    expect(scheduler.elapsed()).toBeGreaterThanOrEqual(3 * 500)
  })

  test('throttled pages come later, a refused token begins the window anew', async () => {
    const events = Array.from({ length: 3 }, (_, i) => event(`e${i}`, start - i * 1000))
    const { scheduler, open, ids, answers } = world(events, { backfillMs: 10 * minute })
    answers.push(Promise.resolve({ as: 'throttled' }), undefined)
    answers.push(Promise.resolve({ as: 'token-refused' }))
    await open().poll(scheduler.now())
    expect(new Set(ids()).size).toBe(3)
    answers.push(...Array.from({ length: 10 }, () => Promise.resolve({ as: 'throttled' } as const)))
    await expect(open().poll(scheduler.now())).rejects.toThrow('asks too often')
  })

  test('a record that is no JSON is set aside with its place', async () => {
    const broken = { ...event('b', start - minute), text: '{"eventName":' }
    const { scheduler, open, intake } = world([broken, event('a', start - 2 * minute)])
    await open().poll(scheduler.now())
    const dead = intake.logged.flatMap((offer) => offer.dead ?? [])
    expect(dead).toMatchObject([{ source: 'aws us-east-1', field: 'CloudTrailEvent' }])
  })
})
