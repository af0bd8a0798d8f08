import { describe, expect, test } from 'vitest'
import { denialPolicy } from '#infra/aws/denials.ts'
import type { Mishap } from '#infra/fake-aws/server.ts'
import { account } from '#test/simulator/company.ts'
import { house, type House, type HouseOptions } from './house.ts'
import { orderOf, stolen } from './thefts.ts'

/** What the cloud and its other inhabitants do to a cut. */

const role = 'role/ledger-agent'
const minute = 60_000

/** A house that counts the changes which Keytrail makes. */
async function counting(options: HouseOptions = {}) {
  const changes: string[] = []
  const town = await house({
    ...options,
    heard: ({ eventName, userIdentity, errorCode }) => {
      const { userName } = userIdentity as { userName?: string }
      const isOurs = userName === 'keytrail-responder' && errorCode === undefined
      if (isOurs && !/^(?:Get|List)/.test(eventName)) changes.push(eventName)
    },
  })
  return { town, changes }
}

const ours = ({ aws }: House): string | null => aws.policyOn(account, role, denialPolicy)

describe('calls that fail', () => {
  test.each<readonly [string, readonly Mishap[]]>([
    ['throttled', ['throttled', 'throttled']],
    ['answered after the change, but not heard', ['answer-lost']],
    ['all of it', ['unavailable', 'answer-lost', 'throttled', 'answer-lost']],
  ])(
    'are made again until they are known to have worked, and change once: %s',
    async (_, mishaps) => {
      const { town, changes } = await counting()
      for (const mishap of mishaps) town.aws.next(mishap)
      const theft = await stolen(town, 'invoices-1')
      await town.pass(2 * minute)
      expect(changes).toEqual(['PutRolePolicy'])
      expect(theft.tries()).toBe('AccessDenied')
      await town.pass(5_000)
      expect(orderOf(town, 'invoices-1')?.state).toBe('verified')

      for (const mishap of mishaps) town.aws.next(mishap)
      await town.run(['contain', 'undo', orderOf(town, 'invoices-1')?.key ?? ''])
      await town.pass(2 * minute)
      expect(orderOf(town, 'invoices-1')?.state).toBe('undone')
      expect(changes).toEqual(['PutRolePolicy', 'DeleteRolePolicy'])
      expect(ours(town)).toBeNull()
    },
  )

  test('a process that ends between the call and its answer goes on with the same order', async () => {
    const { town, changes } = await counting()
    town.aws.next('answer-lost')
    await stolen(town, 'invoices-1')
    await town.pass(1_000)
    expect(orderOf(town, 'invoices-1')?.state).toBe('sent')
    await town.restart()
    await town.pass(minute)
    expect(orderOf(town, 'invoices-1')).toMatchObject({ state: 'applied', episode: 1 })
    expect(changes).toEqual(['PutRolePolicy'])
  })
})

describe('a cloud whose changes and reads are seconds old', () => {
  test('what the thief does until the cut is everywhere is no breach, and an old read is no reason to say that it is gone', async () => {
    const { town } = await counting({ propagation: [4_000, 4_000], readLag: 4_000 })
    const theft = await stolen(town, 'invoices-1')
    await town.pass(2_000)
    const answers: string[] = []
    for (let second = 0; second < 10; second++) {
      answers.push(theft.tries())
      await town.pass(1_000)
    }
    expect(answers.slice(0, 2)).toEqual(['ok', 'ok'])
    expect(answers.at(-1)).toBe('AccessDenied')
    await town.pass(6 * minute, 5_000)
    expect(orderOf(town, 'invoices-1')).toMatchObject({
      state: 'verified',
      verified: { on: 'denied' },
    })
  })
})

describe('others who work in the account', () => {
  test('take the policy off by hand: seen by a read-back, escalated, and the undo finds nothing to undo', async () => {
    const { town, changes } = await counting()
    await stolen(town, 'invoices-1')
    await town.pass(10_000)
    town.aws.setPolicy(account, role, denialPolicy, null)
    await town.pass(minute)
    expect(orderOf(town, 'invoices-1')?.state).toBe('escalated')
    expect(town.heard().join()).toContain('taken off by somebody else')
    await town.run(['contain', 'undo', orderOf(town, 'invoices-1')?.key ?? ''])
    await town.pass(5_000)
    expect(orderOf(town, 'invoices-1')?.state).toBe('undone')
    expect(changes).toEqual(['PutRolePolicy'])
  })

  test('take it off by hand, and a person has it made again: the same order, its prior state as it was', async () => {
    const { town, changes } = await counting()
    const theft = await stolen(town, 'invoices-1')
    await town.pass(10_000)
    town.aws.setPolicy(account, role, denialPolicy, null)
    await town.pass(minute)
    expect([orderOf(town, 'invoices-1')?.state, theft.tries()]).toEqual(['escalated', 'ok'])
    await town.run(['contain', 'apply', town.pages()[0] ?? ''])
    await town.pass(5_000)
    expect(theft.tries()).toBe('AccessDenied')
    await town.pass(5_000)
    expect(town.orders().map(({ state, episode }) => [state, episode])).toEqual([['verified', 1]])
    await town.run(['contain', 'undo', town.pages()[0] ?? ''])
    await town.pass(5_000)
    expect(ours(town)).toBeNull()
    expect(changes).toEqual(['PutRolePolicy', 'PutRolePolicy', 'DeleteRolePolicy'])
  })

  test('change the policy by hand: the undo touches nothing of it and asks a person', async () => {
    const { town, changes } = await counting()
    await stolen(town, 'invoices-1')
    await town.pass(10_000)
    const theirs = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Sid: 'Hand', Effect: 'Deny', Action: 's3:*', Resource: '*' }],
    })
    town.aws.setPolicy(account, role, denialPolicy, theirs)
    await town.run(['contain', 'undo', orderOf(town, 'invoices-1')?.key ?? ''])
    await town.pass(5_000)
    expect(orderOf(town, 'invoices-1')?.state).toBe('escalated')
    expect([ours(town), changes]).toEqual([theirs, ['PutRolePolicy']])
  })

  const deleteRole = ({ aws }: House): void => {
    aws.addUser(account, 'admin')
    const all = { Effect: 'Allow', Action: '*', Resource: '*' }
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [all] })
    aws.setPolicy(account, 'user/admin', 'All', policy)
    const credential = aws.addKey(account, 'admin')
    for (const name of ['Work', denialPolicy]) aws.setPolicy(account, role, name, null)
    const params = { RoleName: 'ledger-agent' }
    const answer = aws.call({ credential, service: 'iam', action: 'DeleteRole', params })
    if (!answer.ok) throw new Error(answer.message)
  }

  test('delete the role before the cut: it fails with the reason, and nothing is tried for ever', async () => {
    const { town, changes } = await counting({ contain: { approve: ['*'] } })
    await stolen(town, 'invoices-1')
    await town.pass(5_000)
    deleteRole(town)
    await town.run(['approve', town.pages()[0] ?? ''])
    await town.pass(minute)
    expect(orderOf(town, 'invoices-1')?.state).toBe('failed')
    expect(town.heard().join()).toContain('could not be cut')
    expect(changes).toEqual([])
  })

  test('delete the role after the cut: told as taken off, and the undo ends, so that its successor can be cut', async () => {
    const { town } = await counting()
    await stolen(town, 'invoices-1')
    await town.pass(10_000)
    deleteRole(town)
    await town.pass(minute)
    expect(orderOf(town, 'invoices-1')?.state).toBe('escalated')
    expect(town.heard().join()).toContain('taken off by somebody else')
    await town.run(['contain', 'undo', orderOf(town, 'invoices-1')?.key ?? ''])
    await town.pass(5_000)
    expect(orderOf(town, 'invoices-1')?.state).toBe('undone')
  })
})
