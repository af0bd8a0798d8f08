import { describe, expect, test } from 'vitest'
import { denialPolicy } from '#infra/aws/denials.ts'
import type { Credential } from '#infra/fake-aws/call.ts'
import type { TrailRecord } from '#infra/fake-aws/record.ts'
import { account } from '#test/simulator/company.ts'
import { house, type House } from './house.ts'
import { orderOf, statesOf, stolen, tried, used } from './thefts.ts'

/** DESIGN 3.4 to 3.7 for long-lived keys, and for all that a stolen credential makes. */

const minute = 60_000
const allow = (...Action: string[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
  })

/** An agent with a user and a long-lived key of its own, and another agent that works with the key. */
async function stolenKey(town: House): Promise<Credential> {
  const { aws, report, now } = town
  const user = aws.addUser(account, 'batch')
  aws.setPolicy(account, 'user/batch', 'Work', allow('s3:*', 'sts:*'))
  const key = aws.addKey(account, 'batch')
  await report('orchestrator', {
    kind: 'agent.registered',
    id: 'batch',
    time: new Date(now()).toISOString(),
    agent: 'batch',
    principals: [user.arn],
    sources: ['orchestrator', 'batch-runtime'],
  })
  await used(town, 'batch', 'nightly', key)
  await used(town, 'support', 'newsletter', key)
  return key
}

describe('a long-lived key that another agent works with', () => {
  test('is disabled with the session that it made; silence verifies the key, a refusal the session; the undo enables it', async () => {
    const town = await house()
    const { aws } = town
    const key = await stolenKey(town)
    const session = aws.getSessionToken(key, {})
    await town.pass(5_000)
    expect(aws.keyStatus(key.key)).toBe('Inactive')
    expect([tried(town, key), tried(town, session)]).toEqual([
      'InvalidClientTokenId',
      'AccessDenied',
    ])
    await town.pass(6 * minute, 5_000)
    // The refused call of a disabled key stands in no record.
    expect(statesOf(town)).toEqual({
      [`key:${key.key}`]: 'applied',
      'user-sessions:user/batch': 'verified',
    })
    await town.pass(20 * minute, 30_000)
    await town.complete(town.now() - minute)
    await town.pass(2_000)
    expect(orderOf(town, key.key)).toMatchObject({ state: 'verified', verified: { on: 'quiet' } })

    await town.run(['contain', 'undo', town.pages()[0] ?? ''])
    await town.pass(2_000)
    expect(Object.values(statesOf(town))).toEqual(['undone', 'undone'])
    expect(aws.keyStatus(key.key)).toBe('Active')
    expect(aws.policyOn(account, 'user/batch', denialPolicy)).toBeNull()
    expect([tried(town, key), tried(town, session)]).toEqual(['ok', 'ok'])
  })

  test('one record of a refused call with it, where AWS writes one, verifies it', async () => {
    const town = await house()
    town.hold()
    const key = await stolenKey(town)
    await town.pass(2_000)
    let last: TrailRecord | undefined
    await town.release((records) => {
      last = records.findLast(({ eventName }) => eventName === 'GetObject')
      return records
    })
    await town.pass(2_000)
    expect(tried(town, key)).toBe('InvalidClientTokenId')
    // The fake writes no record of such a call: this is the one before it, refused.
    town.hold()
    await town.release(() =>
      (last ? [last] : []).map((record) => ({
        ...record,
        eventID: '11111111-2222-4333-8444-555555555555',
        eventTime: new Date(town.now()).toISOString(),
        eventName: 'ListBuckets',
        errorCode: 'AccessDenied',
        errorMessage: 'The key is not active',
      })),
    )
    await town.pass(2_000)
    expect(orderOf(town, key.key)).toMatchObject({ state: 'verified', verified: { on: 'denied' } })
  })

  test('one that somebody had disabled before stays so after the undo', async () => {
    const town = await house({ contain: { approve: ['*'] } })
    const { aws } = town
    const key = await stolenKey(town)
    await town.pass(2_000)
    expect(orderOf(town, key.key)?.state).toBe('planned')
    aws.setKeyStatus(key.key, 'Inactive')
    await town.run(['approve', town.pages()[0] ?? ''])
    await town.pass(2_000)
    expect(orderOf(town, key.key)).toMatchObject({
      state: 'applied',
      prior: { kind: 'disable-key', status: 'Inactive' },
    })
    await town.run(['contain', 'undo', town.pages()[0] ?? ''])
    await town.pass(2_000)
    expect(orderOf(town, key.key)?.state).toBe('undone')
    expect(aws.keyStatus(key.key)).toBe('Inactive')
  })
})

describe('a stolen session that makes itself a user, a key and a session', () => {
  test('all of it is cut as one plan, nobody beside it is hurt, and one undo gives all of it back', async () => {
    const town = await house({ contain: { approve: ['*'] } })
    const { aws, company } = town
    aws.setPolicy(account, 'role/ledger-agent', 'Work', allow('s3:*', 'iam:*', 'sts:*'))
    const deployer = aws.addRole(account, {
      name: 'deployer',
      trust: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${account}:root` },
            Action: 'sts:AssumeRole',
          },
        ],
      }),
    })
    aws.setPolicy(account, 'role/deployer', 'Work', allow('s3:*'))
    aws.addUser(account, 'ops')
    aws.setPolicy(account, 'user/ops', 'Work', allow('sts:*'))
    const bystander = aws.assumeRole(aws.addKey(account, 'ops'), {
      RoleArn: deployer.arn,
      RoleSessionName: 'release-7',
    })

    const theft = await stolen(town, 'invoices-1')
    await town.pass(2_000)
    const iam = (action: string, params: object) =>
      company.call('thief', theft.credential, { service: 'iam', action, params: { ...params } })
    iam('CreateUser', { UserName: 'ghost' })
    iam('PutUserPolicy', {
      UserName: 'ghost',
      PolicyName: 'All',
      PolicyDocument: allow('*'),
    })
    const answer = iam('CreateAccessKey', { UserName: 'ghost' })
    const made = answer.ok ? (answer.data['AccessKey'] as Record<string, string>) : {}
    const ghost = { key: made['AccessKeyId'] ?? '', secret: made['SecretAccessKey'] ?? '' }
    const session = aws.assumeRole(ghost, { RoleArn: deployer.arn, RoleSessionName: 'nothing' })
    const token = aws.getSessionToken(ghost, {})
    const tree = [theft.credential, ghost, session, token]
    const all = () => tree.map((each) => tried(town, each))
    expect(all()).toEqual(['ok', 'ok', 'ok', 'ok'])
    await town.pass(5_000)

    const [page = ''] = town.pages()
    expect(town.pages()).toEqual([page])
    const plan = JSON.parse(await town.run(['contain', 'plan', page, '--json']))
    expect(plan.options[0]).toMatchObject({ sufficient: true, collateralCount: 0 })
    await town.run(['approve', page])
    await town.pass(5_000)
    expect(statesOf(town)).toEqual({
      'session:role/ledger-agent/invoices-1': 'applied',
      [`key:${ghost.key}`]: 'applied',
      'session:role/deployer/nothing': 'applied',
      'user-sessions:user/ghost': 'applied',
    })
    expect(all()).toEqual(['AccessDenied', 'InvalidClientTokenId', 'AccessDenied', 'AccessDenied'])
    expect(tried(town, bystander)).toBe('ok')
    await town.pass(2_000)
    expect(Object.values(statesOf(town)).toSorted()).toEqual([
      'applied',
      'verified',
      'verified',
      'verified',
    ])

    await town.run(['contain', 'undo', page])
    await town.pass(5_000)
    expect(new Set(Object.values(statesOf(town)))).toEqual(new Set(['undone']))
    expect(all()).toEqual(['ok', 'ok', 'ok', 'ok'])
    for (const target of ['role/ledger-agent', 'role/deployer', 'user/ghost'])
      expect(aws.policyOn(account, target, denialPolicy)).toBeNull()
    expect(town.isIntact()).toBe(true)
  })
})
