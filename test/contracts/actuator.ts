import { beforeAll, afterAll, describe, expect, test } from 'vitest'
import { Transient } from '#shared/errors.ts'
import type { TimedCut } from '#shared/messages/cut.ts'
import { Refused, type Actuator } from '#shared/ports/actuator.ts'

/** The account behind an actuator, as its owner sees it, and as somebody else changes it. */
export type ActuatorWorld = {
  readonly account: string
  readonly actuator: Actuator
  readonly addUser: (name: string) => Promise<void>
  readonly addRole: (name: string) => Promise<void>
  /** Deletes it with the policies on it. */
  readonly deleteRole: (name: string) => Promise<void>
  /** Gives the key's id; the key is active. */
  readonly addKey: (user: string) => Promise<string>
  readonly statusOf: (user: string, key: string) => Promise<string>
  readonly setStatus: (user: string, key: string, status: 'Active' | 'Inactive') => Promise<void>
  readonly deleteKey: (user: string, key: string) => Promise<void>
  /** Text of our policy on `role/NAME` or `user/NAME`; null: there is none. */
  readonly policyOn: (target: string) => Promise<string | null>
  readonly setPolicy: (target: string, document: string | null) => Promise<void>
  /** What happens to the next call that changes something. */
  readonly next: (mishap: 'throttled' | 'answer-lost') => void
  readonly close?: () => Promise<void>
}

const t0 = Date.parse('2026-05-04T10:00:00Z')
const minute = 60_000

/** What every actuator does. Each test makes users and roles of its own. */
export function actuatorContract(name: string, open: () => Promise<ActuatorWorld>): void {
  describe(`actuator: ${name}`, () => {
    let world: ActuatorWorld
    let made = 0
    beforeAll(async () => {
      world = await open()
    })
    afterAll(() => world.close?.())

    const anyUser = async () => {
      const user = `user-${++made}`
      await world.addUser(user)
      return user
    }
    const keyCut = async () => {
      const user = await anyUser()
      const key = await world.addKey(user)
      return { kind: 'disable-key', account: world.account, user, key, issuedBefore: t0 } as const
    }
    const anyRole = async () => {
      const role = `role-${++made}`
      await world.addRole(role)
      return role
    }
    const denial = (role: string, session: string, issuedBefore = t0) =>
      ({
        kind: 'deny-session',
        account: world.account,
        role,
        session,
        issuedBefore,
      }) as const satisfies TimedCut
    const userDenial = (user: string, issuedBefore = t0) =>
      ({ kind: 'deny-user-sessions', account: world.account, user, issuedBefore }) as const
    const refusal = (asked: Promise<unknown>) =>
      asked.then(
        () => 'done',
        (error: unknown) => (error instanceof Refused ? error.because : String(error)),
      )

    test('says who we are', async () => {
      const us = await world.actuator.identity(world.account)
      expect(us.account).toBe(world.account)
      expect(us.principal).toMatch(new RegExp(`^${world.account}/`))
      expect(us.arn).toContain(`:${world.account}:`)
    })

    test('acts in no account but ours', async () => {
      const cut = {
        kind: 'disable-key',
        account: '999999999999',
        user: 'a',
        key: 'AKIA',
        issuedBefore: t0,
      } as const
      expect(await refusal(world.actuator.inspect(cut))).toBe('invalid')
      expect(await refusal(world.actuator.identity('999999999999'))).toBe('invalid')
    })

    test('a key is disabled, read back, and enabled again', async () => {
      const cut = await keyCut()
      const prior = await world.actuator.inspect(cut)
      expect(prior).toEqual({ kind: 'disable-key', status: 'Active' })
      expect(await world.actuator.readBack(cut)).toBe('absent')

      const receipt = await world.actuator.apply(cut, prior, 'order-1')
      expect(receipt).toMatchObject({ order: 'order-1', standing: 'in-force' })
      expect(receipt.request).not.toBe('')
      expect(await world.statusOf(cut.user, cut.key)).toBe('Inactive')

      expect(await world.actuator.undo(cut, prior, 'order-1')).toMatchObject({
        standing: 'absent',
      })
      expect(await world.statusOf(cut.user, cut.key)).toBe('Active')
    })

    test('a key that was inactive stays so after the undo', async () => {
      const cut = await keyCut()
      await world.setStatus(cut.user, cut.key, 'Inactive')
      const prior = await world.actuator.inspect(cut)
      const receipt = await world.actuator.apply(cut, prior, 'order')
      expect(receipt).toMatchObject({ request: '', standing: 'in-force' })
      await world.actuator.undo(cut, prior, 'order')
      expect(await world.statusOf(cut.user, cut.key)).toBe('Inactive')
    })

    test('applying and undoing twice is doing so once', async () => {
      const cut = await keyCut()
      const session = denial(await anyRole(), 'task-1')
      for (const each of [cut, session]) {
        const prior = await world.actuator.inspect(each)
        await world.actuator.apply(each, prior, 'order')
        const again = await world.actuator.apply(each, prior, 'order')
        expect(again).toMatchObject({ request: '', standing: 'in-force' })
        await world.actuator.undo(each, prior, 'order')
        const twice = await world.actuator.undo(each, prior, 'order')
        expect(twice).toMatchObject({ request: '', standing: 'absent' })
      }
    })

    test('a key that does not exist is refused, one deleted since is told', async () => {
      const cut = await keyCut()
      const prior = await world.actuator.inspect(cut)
      await world.deleteKey(cut.user, cut.key)
      expect(await refusal(world.actuator.inspect(cut))).toBe('absent')
      expect(await refusal(world.actuator.apply(cut, prior, 'order'))).toBe('absent')
      expect(await world.actuator.readBack(cut)).toBe('changed-by-others')
      const stranger = { ...cut, user: 'nobody-of-this-name' }
      expect(await refusal(world.actuator.inspect(stranger))).toBe('absent')
    })

    test('a session is denied by an entry of our policy, and undone without a trace', async () => {
      const role = await anyRole()
      const cut = denial(role, 'task-42', t0 + 1)
      const prior = await world.actuator.inspect(cut)
      expect(prior).toMatchObject({ kind: 'deny-session', issuedBefore: null, document: null })

      const receipt = await world.actuator.apply(cut, prior, 'order')
      expect(receipt.standing).toBe('in-force')
      const text = (await world.policyOn(`role/${role}`)) ?? ''
      const { entity } = prior as { entity: string }
      expect(JSON.parse(text)).toEqual({
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'Keytrail1',
            Effect: 'Deny',
            Action: '*',
            Resource: '*',
            Condition: {
              StringEquals: { 'aws:userid': [`${entity}:task-42`] },
              DateLessThan: { 'aws:TokenIssueTime': '2026-05-04T10:00:01Z' },
            },
          },
        ],
      })
      await world.actuator.undo(cut, prior, 'order')
      expect(await world.policyOn(`role/${role}`)).toBeNull()
    })

    test('several units of a role share one policy, and each is undone alone', async () => {
      const role = await anyRole()
      const cuts = [denial(role, 'task-1'), denial(role, 'task-2'), denial(role, 'x', t0 + minute)]
      const priors = []
      for (const cut of cuts) {
        const prior = await world.actuator.inspect(cut)
        priors.push(prior)
        await world.actuator.apply(cut, prior, cut.session)
      }
      const standings = () => Promise.all(cuts.map((cut) => world.actuator.readBack(cut)))
      expect(await standings()).toEqual(['in-force', 'in-force', 'in-force'])
      const [first, second, third] = cuts
      const [before] = priors
      if (!first || !second || !third || !before) throw new Error('three cuts')
      await world.actuator.undo(first, before, 'task-1')
      expect(await standings()).toEqual(['absent', 'in-force', 'in-force'])
    })

    test('orders at the same moment do not overwrite each other', async () => {
      const role = await anyRole()
      const cuts = ['a1', 'b2', 'c3', 'd4'].map((session) => denial(role, session))
      await Promise.all(
        cuts.map(async (cut) => {
          const prior = await world.actuator.inspect(cut)
          await world.actuator.apply(cut, prior, cut.session)
        }),
      )
      for (const cut of cuts) expect(await world.actuator.readBack(cut)).toBe('in-force')
    })

    test('a later cut of the same session stands, and its undo gives back the earlier one', async () => {
      const role = await anyRole()
      const early = denial(role, 'task-1', t0)
      const late = denial(role, 'task-1', t0 + minute)
      const beforeEarly = await world.actuator.inspect(early)
      await world.actuator.apply(early, beforeEarly, 'early')
      const beforeLate = await world.actuator.inspect(late)
      await world.actuator.apply(late, beforeLate, 'late')
      expect(await world.actuator.readBack(early)).toBe('in-force')
      expect(await refusal(world.actuator.undo(early, beforeEarly, 'early'))).toBe('changed')
      await world.actuator.undo(late, beforeLate, 'late')
      expect(await world.actuator.readBack(late)).toBe('changed-by-others')
      expect(await world.actuator.readBack(early)).toBe('in-force')
    })

    test('an earlier time never lets in again what a later one cut', async () => {
      const role = await anyRole()
      const late = denial(role, 'task-1', t0 + minute)
      await world.actuator.apply(late, await world.actuator.inspect(late), 'late')
      const early = denial(role, 'task-1', t0)
      await world.actuator.apply(early, await world.actuator.inspect(early), 'early')
      expect(await world.actuator.readBack(late)).toBe('in-force')
    })

    test('sessions of a user are denied without its keys', async () => {
      const user = await anyUser()
      const cut = userDenial(user)
      const prior = await world.actuator.inspect(cut)
      await world.actuator.apply(cut, prior, 'order')
      const text = (await world.policyOn(`user/${user}`)) ?? ''
      expect(JSON.parse(text)).toMatchObject({
        Statement: [
          { Condition: { DateLessThan: { 'aws:TokenIssueTime': '2026-05-04T10:00:00Z' } } },
        ],
      })
      expect(text).not.toContain('aws:userid')
      await world.actuator.undo(cut, prior, 'order')
      expect(await world.policyOn(`user/${user}`)).toBeNull()
    })

    test('a policy that somebody else wrote or changed is refused and left as it is', async () => {
      const role = await anyRole()
      const cut = denial(role, 'task-1')
      const prior = await world.actuator.inspect(cut)
      await world.actuator.apply(cut, prior, 'order')
      const theirs = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', Action: 's3:*', Resource: '*' }],
      })
      await world.setPolicy(`role/${role}`, theirs)
      expect(await world.actuator.readBack(cut)).toBe('changed-by-others')
      expect(await refusal(world.actuator.undo(cut, prior, 'order'))).toBe('changed')
      expect(await refusal(world.actuator.apply(cut, prior, 'order'))).toBe('changed')
      expect(await refusal(world.actuator.inspect(cut))).toBe('changed')
      expect(JSON.parse((await world.policyOn(`role/${role}`)) ?? '')).toEqual(JSON.parse(theirs))
    })

    test('a policy that somebody took away is absent, and there is nothing to undo', async () => {
      const role = await anyRole()
      const cut = denial(role, 'task-1')
      const prior = await world.actuator.inspect(cut)
      await world.actuator.apply(cut, prior, 'order')
      await world.setPolicy(`role/${role}`, null)
      expect(await world.actuator.readBack(cut)).toBe('absent')
      expect(await world.actuator.undo(cut, prior, 'order')).toMatchObject({ request: '' })
      expect(await world.policyOn(`role/${role}`)).toBeNull()
    })

    test('a role that does not exist is refused', async () => {
      expect(await refusal(world.actuator.inspect(denial('no-such-role', 'task')))).toBe('absent')
    })

    test('a role that somebody deleted since is told, and there is nothing to undo', async () => {
      const role = await anyRole()
      const cut = denial(role, 'task-1')
      const prior = await world.actuator.inspect(cut)
      await world.actuator.apply(cut, prior, 'order')
      await world.deleteRole(role)
      expect(await world.actuator.readBack(cut)).toBe('changed-by-others')
      expect(await refusal(world.actuator.apply(cut, prior, 'order'))).toBe('absent')
      expect(await world.actuator.undo(cut, prior, 'order')).toMatchObject({ request: '' })
    })

    test('throttled and lost answers can be tried again', async () => {
      for (const mishap of ['throttled', 'answer-lost'] as const) {
        const cut = await keyCut()
        const prior = await world.actuator.inspect(cut)
        world.next(mishap)
        await expect(world.actuator.apply(cut, prior, 'order')).rejects.toThrow(Transient)
        const lost = mishap === 'answer-lost'
        expect(await world.statusOf(cut.user, cut.key)).toBe(lost ? 'Inactive' : 'Active')
        const receipt = await world.actuator.apply(cut, prior, 'order')
        expect(receipt).toMatchObject({ standing: 'in-force', order: 'order' })
        await world.actuator.undo(cut, prior, 'order')
        expect(await world.statusOf(cut.user, cut.key)).toBe('Active')
      }
    })
  })
}
