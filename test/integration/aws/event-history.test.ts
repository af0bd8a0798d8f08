import { afterEach, describe, expect, test } from 'vitest'
import { Transient } from '#shared/errors.ts'
import { eventHistory } from '#infra/aws/event-history.ts'
import { virtualClock } from '#infra/fake-aws/clock.ts'
import { createFakeAws, type FakeAws } from '#infra/fake-aws/fake-aws.ts'
import { memoryIntake } from '#infra/memory/intake.ts'
import { normalise } from '#services/normalise/normalise.ts'
import { lookupEvents } from '#services/sources/lookup.ts'

const account = '111122223333'
const minute = 60_000
const start = Date.parse('2026-05-04T10:00:00Z')

let open: FakeAws | undefined
afterEach(async () => open?.close())

const allowing = (action: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
  })

async function world(permission: string) {
  const clock = virtualClock(start)
  const aws = await createFakeAws({
    seed: 3,
    now: clock.now,
    delivery: { late: { share: 0.2, by: 4 * minute } },
  })
  open = aws
  aws.addUser(account, 'reader')
  aws.setPolicy(account, 'user/reader', 'Read', allowing(permission))
  const { key, secret } = aws.addKey(account, 'reader')
  const history = eventHistory({
    endpoint: aws.url,
    allowOtherEndpoint: true,
    credentials: { accessKeyId: key, secretAccessKey: secret },
  })
  const intake = memoryIntake()
  const source = lookupEvents(
    {
      name: 'aws',
      account,
      regions: ['us-east-1', 'eu-west-1'],
      isAll: true,
      everyMs: minute,
      settleMs: 15 * minute,
      lateMs: 120 * minute,
      backfillMs: 30 * minute,
      sliceMs: 15 * minute,
    },
    {
      history,
      intake,
      scheduler: {
        now: clock.now,
        elapsed: clock.now,
        soon: (work) => work(),
        later: (ms, work) => {
          clock.advance(ms)
          queueMicrotask(work)
          return () => undefined
        },
      },
      normalise: (raw) => normalise(raw, { trustedAccounts: new Set() }),
      told: () => undefined,
    },
  )
  return { aws, clock, intake, source, history }
}

describe("LookupEvents by AWS's client", () => {
  test('every management event of all regions is handed over once', async () => {
    const { aws, clock, intake, source, history } = await world('cloudtrail:LookupEvents')
    aws.addUser(account, 'alice')
    aws.setPolicy(account, 'user/alice', 'All', allowing('*'))
    const alice = aws.addKey(account, 'alice')
    for (let i = 0; i < 130; i++) {
      const region = i % 2 === 0 ? 'us-east-1' : 'eu-west-1'
      const params = { SecretId: `s-${i}` }
      aws.call({
        credential: alice,
        service: 'secretsmanager',
        action: 'GetSecretValue',
        params,
        region,
      })
      aws.call({ credential: alice, service: 's3', action: 'GetObject', region })
      clock.advance(2_000)
      if (i % 40 === 0) await source.poll(clock.now())
    }
    for (let i = 0; i < 4; i++) {
      clock.advance(6 * minute)
      await source.poll(clock.now())
    }
    history.close()
    const uses = intake.logged.flatMap(({ records }) => records.map(({ record }) => record))
    const made = aws.take().filter(({ record }) => record.eventName === 'GetSecretValue')
    expect(made).toHaveLength(130)
    for (const { record } of made) expect(uses).toContain(record.eventID)
    expect(new Set(uses).size).toBe(uses.length)
    expect(uses.length).toBeGreaterThanOrEqual(130)
  })

  test('without the permission it says which one, and can be asked again', async () => {
    const { clock, source, history } = await world('s3:GetObject')
    const asked = source.poll(clock.now())
    await expect(asked).rejects.toThrow(Transient)
    await expect(source.poll(clock.now())).rejects.toThrow('needs cloudtrail:LookupEvents')
    history.close()
  })
})
