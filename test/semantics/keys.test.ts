import { describe, expect, test } from 'vitest'
import { signIn, user as person, call as iamCall } from '#services/detect/records.ts'
import { activity, home, issuing, keyId, other, recordBy } from '#test/properties/records.ts'
import type { Credential } from '#test/properties/records.ts'
import {
  broker,
  call,
  detectionsOf,
  holderOf,
  lent,
  orders,
  registered,
  reported,
  run,
  runner,
  started,
  user,
  viewOf,
} from './cast.ts'

/** SEMANTICS B: what has which key, and how what lies under different keys meets. */

const helper: Credential = {
  ...runner,
  name: 'helper',
  session: 'step',
  key: keyId('ASIA', 3),
  created: 100,
}
const minted = (child = helper, by = runner, n = 3) =>
  call(n, by, { at: child.created ?? 0, ...issuing(child) })
const hour = 3600

describe('B1: principals', () => {
  test('B1: a service is nobody’s parent: the chain starts at the session that it started', async () => {
    const service = { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' }
    const replayed = await run([
      recordBy(1, service, home, { at: 0, ...issuing(runner) }),
      call(2, runner, { service: 'cloudtrail', action: 'StopLogging', params: { name: 'org' } }),
    ])
    expect(replayed.incidents.map(({ subject, chain }) => [subject, chain.length])).toEqual([
      [`principal:${home}/role/runner/run`, 1],
    ])
  })

  test('B1: registering a role covers its sessions', async () => {
    const replayed = await run([
      registered('a-1', { principals: [`arn:aws:iam::${home}:role/runner`] }),
      call(2, runner),
    ])
    expect(holderOf(replayed, runner.key).agent).toMatchObject({ id: 'a-1', rank: 'exact' })
  })
})

test('B2: a sign-in with a password that somebody set hangs below who set it', async () => {
  const set = iamCall('iam:UpdateLoginProfile', {
    by: person('alice'),
    params: { userName: 'bob' },
  })
  const used = signIn(person('bob'), { mfa: false, at: 9 })
  for (const records of orders([set, used])) {
    const { incidents } = await run(records)
    expect(incidents).toHaveLength(1)
    expect(incidents[0]).toMatchObject({ subject: `principal:${home}/user/alice` })
    expect(incidents[0]?.findings.map(({ detection }) => detection)).toContain(
      'sign-in-without-mfa',
    )
  }
})

describe('B3: what lies under different keys meets, whichever side comes first', () => {
  const actors = async (records: readonly unknown[]) =>
    viewOf(await run(records, { batch: 1 }), runner.key).actors.map(({ task }) => task)

  test('B3: a use and the report that names its request', async () => {
    for (const records of orders([call(2, runner), reported('t-2', 'a-2', 'r-2')]))
      expect(await actors(records)).toEqual(['t-2'])
  })

  test('B3: a key, its lease, and what is declared of the task', async () => {
    const leased = { credential: runner.key, task: 't-1', issuer: 'broker' }
    const parts = [
      call(2, runner),
      activity('credential.issued', '1', 1, leased),
      started('t-1', 'a-1', { onBehalfOf: 'ana@example.com' }),
    ]
    for (const records of orders(parts)) {
      const holder = holderOf(await run(records, { batch: 1 }), runner.key)
      expect([holder.task.id, holder.agent.id, holder.human.id]).toEqual([
        't-1',
        'a-1',
        'ana@example.com',
      ])
    }
  })

  test('B3: deeds of two principals on one thing', async () => {
    const params = { name: 'org' }
    const parts = [
      call(1, user('ann', 8), { at: 0, ...cloudtrail('CreateTrail'), params }),
      call(2, user('bob', 9), { at: 60, ...cloudtrail('StopLogging'), params }),
    ]
    const told = await Promise.all(orders(parts).map((records) => run(records, { batch: 1 })))
    expect(new Set(told.map(({ hash }) => hash)).size).toBe(1)
  })

  test('B3: an instance session, and who else works from an address', async () => {
    const web: Credential = {
      ...runner,
      name: 'web',
      session: 'i-0fa1b2c3d4e5f6a7b',
      instance: true,
    }
    const place = { address: '203.0.113.66', agent: 'aws-cli/2.31.0' }
    const parts = [
      call(1, user('eve', 8), { at: 30, ...place }),
      call(2, web, { at: 60, ...place }),
    ]
    for (const records of orders(parts))
      expect(detectionsOf(await run(records, { batch: 1 }))).toContain(
        'instance-credentials-off-instance',
      )
  })
})

const cloudtrail = (action: string) => ({ service: 'cloudtrail', action })

describe('B4: requests and registrations', () => {
  const rankOf = async (records: readonly unknown[]) =>
    viewOf(await run(records, { batch: 1 }), runner.key).actors.map(({ rank }) => rank)

  test.each([
    ['two hours before', 60 - 2 * hour, ['corroborated']],
    ['two hours after', 60 + 2 * hour, ['corroborated']],
    ['a second more before', 60 - 2 * hour - 1, []],
    ['a second more after', 60 + 2 * hour + 1, []],
  ])('B4: a report %s in event time', async (_, at, ranks) => {
    const report = { task: 't-1', agent: 'a-1', tool: 'x', requestIds: ['r-2'] }
    const said = activity('tool.called', 'late', at, report)
    for (const records of orders([call(2, runner), said]))
      expect(await rankOf(records)).toEqual(ranks)
  })

  test('B4: a registration that arrives last joins what its agent did before', async () => {
    const use = call(2, runner)
    const report = reported('t-1', 'a-1', 'r-2', { source: 'orchestrator' })
    const late = registered('a-1', { sources: ['somebody-else'] })
    for (const records of orders([use, report, late]))
      expect(await rankOf(records)).toEqual(['claimed'])
  })

  test('B4: a registration holds from its validFrom', async () => {
    const since = (at: string) =>
      registered('a-1', { principals: [`${home}/role/runner`], validFrom: at })
    for (const [at, id] of [
      ['2026-05-04T09:00:00Z', 'a-1'],
      ['2026-05-04T09:00:01Z', null],
    ] as const)
      for (const records of orders([since(at), call(2, runner)]))
        expect(holderOf(await run(records), runner.key).agent.id).toBe(id)
  })

  test('B4: a repeated report keeps the earliest door stamp', async () => {
    const stamped = (received: string) => reported('t-1', 'a-1', 'r-2', { source: 'o', received })
    const inTime = stamped('2026-05-04T09:02:00Z')
    const again = { ...inTime, received: '2026-05-05T09:00:00Z' }
    for (const records of orders([call(2, runner), inTime, again]))
      expect(await rankOf(records)).toEqual(['corroborated'])
  })
})

test('B5: what changes late is sent again to every child: owner, path and subject', async () => {
  const deep: Credential = { ...helper, name: 'deep', key: keyId('ASIA', 4), created: 200 }
  const records = [
    call(5, deep, { at: 300, ...cloudtrail('StopLogging'), params: { name: 'org' } }),
    minted(deep, helper, 4),
    minted(),
    call(2, runner),
    lent(),
  ]
  const replayed = await run(records, { batch: 1 })
  expect(holderOf(replayed, deep.key).task).toMatchObject({ id: 't-1', rank: 'exact' })
  const [incident] = replayed.incidents
  expect(incident?.subject).toBe('agent:a-1')
  expect(incident?.chain.map(({ key }) => key)).toEqual([
    broker.key,
    runner.key,
    helper.key,
    deep.key,
  ])
})

describe('B6: issue and grant', () => {
  test('B6: an issue moves the child to its parent’s subject', async () => {
    const stop = { ...cloudtrail('StopLogging'), params: { name: 'org' }, at: 130 }
    const { incidents } = await run([lent(), minted(), call(5, helper, stop)])
    expect(incidents.map(({ subject }) => subject)).toEqual(['agent:a-1'])
  })

  test('B6: of two copies of a cross-account issue the caller’s decides', async () => {
    const far: Credential = { ...helper, account: other }
    const copies = { at: 100, ...issuing(far), more: { sharedEventID: 'shared-1' } }
    const stranger = { type: 'AWSAccount', principalId: 'AROAEXAMPLERUNNER', accountId: home }
    const parts = [
      call(3, runner, copies),
      recordBy(4, stranger, other, copies),
      call(5, far, { at: 130 }),
      lent(),
    ]
    for (const records of orders(parts))
      expect(holderOf(await run(records, { batch: 1 }), far.key).task.id).toBe('t-1')
  })

  test('B6: two keys of one name and one second, from two parents, are in neither one’s story', async () => {
    const second: Credential = { ...runner, session: 'run-2', key: keyId('ASIA', 5) }
    const twin: Credential = { ...helper, key: keyId('ASIA', 6) }
    const tags = [
      { key: 'task', value: 't-2' },
      { key: 'agent', value: 'a-2' },
    ]
    const stop = { ...cloudtrail('StopLogging'), params: { name: 'org' }, at: 130 }
    const parts = [
      lent(),
      call(7, broker, { at: 0, ...issuing(second, tags) }),
      minted(),
      minted(twin, second, 8),
      call(9, twin, stop),
      call(10, helper, { at: 140 }),
    ]
    for (const records of [parts, parts.toReversed()]) {
      const { incidents } = await run(records, { batch: 1 })
      expect(incidents.map(({ holder, chain }) => [holder.task.rank, chain.length])).toEqual([
        ['ambiguous', 2],
      ])
      expect(incidents[0]?.findings.map(({ leaseRoot }) => leaseRoot)).toEqual([
        `principal:${home}/role/broker/main`,
      ])
    }
  })

  test('B6: a grant moves nobody', async () => {
    const made = {
      service: 'iam',
      action: 'CreateAccessKey',
      params: { userName: 'bob' },
      response: { accessKey: { userName: 'bob', accessKeyId: keyId('AKIA', 9) } },
    }
    const replayed = await run([lent(), call(3, runner, made), call(4, user('bob', 9), { at: 90 })])
    expect(holderOf(replayed, keyId('AKIA', 9)).task.id).toBeNull()
    expect(viewOf(replayed, keyId('AKIA', 9)).inherit).toBeUndefined()
  })
})
