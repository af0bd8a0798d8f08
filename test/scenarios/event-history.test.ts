import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventHistory } from '#infra/aws/event-history.ts'
import type { Credential } from '#infra/fake-aws/call.ts'
import { createFakeAws, type FakeAws } from '#infra/fake-aws/fake-aws.ts'
import type { TrailRecord } from '#infra/fake-aws/record.ts'
import { openBeside } from '#infra/sqlite/data-file.ts'
import { scratch, type Scratch } from '#infra/sqlite/scratch.fixture.ts'
import { caseStates } from '#shared/messages/desk.ts'
import type { LookupPage, LookupQuery } from '#shared/ports/cloudtrail.ts'
import { outcomeHash, outcomeOf } from '#services/replay/outcome.ts'
import { batchFrom } from '#services/serve/batch.ts'
import type { CrashPoint } from '#services/serve/crash-points.ts'
import { through } from '#test/engine.ts'
import { playedClock, playServe, type PlayedClock } from '#test/played.ts'

/** `keytrail serve` on the event history of an account, hours of it, over HTTP by AWS's own client. */

const account = '111122223333'
const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const start = Date.parse('2026-05-04T10:00:00Z')
const away = 'eu-west-1'
/** A quarter of an hour, as CloudTrail says of itself. */
const usualDelay = 15 * minute

const allowing = (rule: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...rule }] })
const anything = allowing({ Action: '*', Resource: '*' })

let place: Scratch
let clock: PlayedClock
let aws: FakeAws
let reader: Credential
let neighbour: Credential
let happened: TrailRecord[]
let asked: { query: LookupQuery; page: LookupPage }[]
let onPage: (query: LookupQuery, page: LookupPage) => void
beforeEach(async () => {
  place = scratch()
  clock = playedClock(start)
  happened = []
  asked = []
  onPage = () => undefined
  aws = await createFakeAws({
    seed: 11,
    now: () => clock.scheduler.now(),
    propagation: [0, 0],
    delivery: { delay: [minute, 12 * minute], late: { share: 0.03, by: 50 * minute } },
    tokenLife: 15 * second,
    heard: (record) => void (record.managementEvent && happened.push(record)),
  })
  reader = userOf('reader', allowing({ Action: 'cloudtrail:LookupEvents', Resource: '*' }))
  neighbour = userOf('neighbour')
})
afterEach(async () => {
  await aws.close()
  place.end()
})

function userOf(name: string, policy = anything): Credential {
  aws.addUser(account, name)
  aws.setPolicy(account, `user/${name}`, 'All', policy)
  return aws.addKey(account, name)
}

/** What goes on in two regions, with IAM in its own: ordinary work, a burst of reading, and a key that is made for later. */
function traffic(): void {
  const alice = userOf('alice')
  userOf('backup')
  const trust = allowing({
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'sts:AssumeRole',
  })
  const { arn: RoleArn } = aws.addRole(account, { name: 'deployer', trust })
  aws.setPolicy(account, 'role/deployer', 'All', anything)
  const at = (ms: number, work: () => void): void => void clock.scheduler.later(ms, work)
  const call = (credential: Credential, service: string, action: string, more: object = {}) =>
    aws.call({ credential, service, action, region: 'us-east-1', ...more })
  for (let n = 0; n < 450; n++) {
    const region = n % 2 === 0 ? away : 'us-east-1'
    at(n * 12 * second, () => {
      if (n % 30 === 0) {
        const session = aws.assumeRole(
          alice,
          { RoleArn, RoleSessionName: `run-${n}` },
          { region: 'us-east-1' },
        )
        at(second, () => call(session, 'sqs', 'ListQueues', { region }))
      } else if (n % 7 === 0) call(alice, 'iam', 'ListUsers')
      else call(alice, 's3', 'ListBuckets', { region })
      call(alice, 's3', 'GetObject', { region })
    })
  }
  for (let n = 0; n < 170; n++)
    at(40 * minute + n * 300, () =>
      call(alice, 'secretsmanager', 'GetSecretValue', {
        region: away,
        params: { SecretId: `prod/${n}` },
      }),
    )
  at(30 * minute, () => call(alice, 'iam', 'CreateAccessKey', { params: { UserName: 'backup' } }))
  const policy = 'arn:aws:iam::aws:policy/AdministratorAccess'
  at(80 * minute, () =>
    call(alice, 'iam', 'AttachUserPolicy', { params: { UserName: 'alice', PolicyArn: policy } }),
  )
}

/** One process on the data file. */
function life(dies: { at?: CrashPoint } = {}) {
  const { key: accessKeyId, secret: secretAccessKey } = reader
  return playServe({
    clock,
    data: place.file,
    settings: {
      aws: {
        accounts: [{ id: account, regions: ['us-east-1', away], allRegions: true }],
        pollSeconds: 180,
      },
      serve: { snapshotSeconds: 3600 },
    },
    cloud: {
      history: () => {
        const credentials = { accessKeyId, secretAccessKey }
        const history = eventHistory({ endpoint: aws.url, allowOtherEndpoint: true, credentials })
        const page = async (query: LookupQuery): Promise<LookupPage> => {
          const answer = await history.page(query)
          asked.push({ query, page: answer })
          onPage(query, answer)
          return answer
        }
        return { ...history, page }
      },
    },
    at: (point) => {
      if (point !== dies.at) return
      delete dies.at
      throw new Error(`dies ${point}`)
    },
  })
}

/** Somebody else who asks as fast as the account may, so that nobody else gets an answer. */
function crowd(region: string, ms: number): void {
  const ask = { credential: neighbour, service: 'cloudtrail', action: 'LookupEvents', region }
  for (let passed = 0; passed < ms; passed += 250)
    clock.scheduler.later(passed, () => void aws.call(ask))
}

type Held = { readonly ids: readonly string[]; readonly progress: readonly Told[] }
type Told = {
  readonly scope: string
  readonly from: number
  readonly upTo: number
  /** Ids that were logged before it. */
  readonly behind: number
}

/** What the log of the data file holds, in its order. */
function logged(): Held & { readonly hash: string; readonly raised: readonly string[] } {
  const data = openBeside(place.file, 'refuse')
  try {
    const ids: string[] = []
    const progress: Told[] = []
    for (const { body } of data.journal.read(0)) {
      const batch = batchFrom(body)
      ids.push(...batch.records.map(({ record }) => record))
      for (const { scope, from, upTo } of batch.progress)
        progress.push({ scope, from, upTo, behind: ids.length })
    }
    const raised = data.desk
      .list({ states: caseStates, limit: 100 })
      .flatMap(({ handle }) => data.desk.history(handle, 1000))
      .flatMap(({ kind, handle }) => (kind === 'raised' ? [handle] : []))
    const hash = outcomeHash(outcomeOf(data.effects.standing().incidents))
    return { ids, progress, hash, raised }
  } finally {
    data.close()
  }
}

/** Ids of what happened, but for what may not have come yet. */
const idsUntil = (at: number): string[] =>
  happened.filter(({ eventTime }) => Date.parse(eventTime) <= at).map(({ eventID }) => eventID)

/** Records that come late are looked for two hours after their call, and then some. */
const lateLook = 140 * minute
/** Long enough behind the last call that everything of it has come. */
const wholeDay = 100 * minute + lateLook

async function asReplayed(): Promise<string> {
  const from = new Date(start - 24 * hour).toISOString()
  const { hash, findings } = await through(happened, { covers: [`${account}@${from}`] })
  expect(findings.length).toBeGreaterThan(2)
  return hash
}

/** Whatever is said to be complete: nothing of it is logged behind that, but what came later than records do. */
function heldTo({ ids, progress }: Held): void {
  const delays = aws.take().map(({ at, record }) => ({
    id: record.eventID,
    delay: at - Date.parse(record.eventTime),
  }))
  const usual = new Set(delays.flatMap(({ id, delay }) => (delay <= usualDelay ? [id] : [])))
  expect(delays.length - usual.size).toBeGreaterThan(10)
  const places = new Map<string, number>()
  ids.forEach((id, n) => void (places.has(id) || places.set(id, n)))
  for (const { from, upTo, behind } of progress)
    for (const { eventID, eventTime } of happened) {
      const at = Date.parse(eventTime)
      if (at < from || at >= upTo || !usual.has(eventID)) continue
      expect([eventID, (places.get(eventID) ?? Infinity) < behind]).toEqual([eventID, true])
    }
}

/** Nothing of what had time to come is missing, and what stands is what a pure replay of it all finds. */
async function isWhole({ ids, hash, raised }: ReturnType<typeof logged>): Promise<void> {
  const there = new Set(ids)
  const come = idsUntil(clock.scheduler.now() - lateLook)
  expect(come.length).toBeGreaterThan(600)
  expect(come.filter((id) => !there.has(id))).toEqual([])
  expect(hash).toBe(await asReplayed())
  expect(new Set(raised).size).toBe(raised.length)
}

test('all of two regions is found, each record once, and complete is only what is', async () => {
  traffic()
  const { end } = life()
  await clock.pass(wholeDay)
  expect(await end()).toBe(0)
  const held = logged()
  await isWhole(held)
  expect(new Set(held.ids).size).toBe(held.ids.length)
  heldTo(held)
}, 240_000)

test('whoever dies in the middle, is crowded out, and finds his tokens refused, loses and doubles nothing', async () => {
  traffic()
  onPage = ({ region }, page) => {
    // Once there is a second page, it cannot be had for as long as its token is good.
    if (page.as !== 'page' || page.next === undefined || region !== away) return
    onPage = () => undefined
    crowd(away, 20 * second)
  }
  for (const [at, ms] of [
    ['after append', 25 * minute],
    ['in commit', 20 * minute],
    ['before append', minute],
  ] as const) {
    const dies: { at?: CrashPoint } = {}
    const { ended } = life(dies)
    await clock.pass(ms)
    dies.at = at
    expect(await clock.until(ended)).toBe(1)
    await clock.pass(5 * minute)
  }
  const last = life()
  clock.scheduler.later(10 * minute, () => crowd('us-east-1', 8 * minute))
  await clock.pass(wholeDay)
  expect(await last.end()).toBe(0)
  const kinds = new Set(asked.map(({ page }) => page.as))
  expect([...kinds].toSorted()).toEqual(['page', 'throttled', 'token-refused'])
  expect(last.log.join('')).toContain('somebody else uses LookupEvents as well')
  const held = logged()
  await isWhole(held)
  heldTo(held)
}, 240_000)
