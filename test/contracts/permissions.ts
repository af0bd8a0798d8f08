import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Refused } from '#shared/ports/actuator.ts'
import type { Permissions } from '#shared/ports/permissions.ts'

/** One statement of the policy of who asks. */
export type Statement = {
  readonly effect: 'Allow' | 'Deny'
  readonly actions: readonly string[]
  /** A path of roles below the account, such as `role/agents/*`; or a whole ARN. */
  readonly roles: string
  /** Only on what bears this tag. */
  readonly tag?: readonly [key: string, value: string]
}

/** An account in which somebody is asked what he may do. */
export type PermissionsWorld = {
  readonly account: string
  readonly permissions: Permissions
  /** The policy of who asks, but for the right to ask. */
  readonly setPolicy: (statements: readonly Statement[]) => void
  readonly setMayAsk: (mayAsk: boolean) => void
  readonly addRole: (
    name: string,
    path: string,
    tags: Readonly<Record<string, string>>,
  ) => Promise<void>
  readonly close?: () => Promise<void>
}

const actions = ['iam:GetRole', 'iam:PutRolePolicy'] as const

/** What everybody does who says what an identity may. */
export function permissionsContract(name: string, open: () => Promise<PermissionsWorld>): void {
  describe(`permissions: ${name}`, () => {
    let world: PermissionsWorld
    beforeEach(async () => {
      world = await open()
      world.setMayAsk(true)
    })
    afterEach(() => world.close?.())

    const allow = (roles: string, more: Partial<Statement> = {}): void =>
      world.setPolicy([{ effect: 'Allow', actions, roles, ...more }])
    const deniedOn = async (role: string, tags?: Readonly<Record<string, string>>) => {
      const resource = `arn:aws:iam::${world.account}:${role}`
      const asked = actions.map((action) => ({ action, resource, ...(tags && { tags }) }))
      const found = await world.permissions.denied(await world.permissions.identity(), asked)
      return found.map(({ action, isExplicit }) => `${action}${isExplicit ? '!' : ''}`)
    }
    const refusal = (asked: Promise<unknown>) =>
      asked.then(
        () => 'done',
        (error: unknown) => (error instanceof Refused ? error.because : String(error)),
      )

    test('says who we are: of a session its role', async () => {
      expect(await world.permissions.identity()).toBe(
        `arn:aws:iam::${world.account}:role/keytrail-responder`,
      )
    })

    test('names what no statement allows, and what one forbids', async () => {
      expect(await deniedOn('role/any')).toEqual([...actions])
      allow('role/*')
      expect(await deniedOn('role/any')).toEqual([])
      allow('role/*', { actions: ['iam:GetRole'] })
      expect(await deniedOn('role/any')).toEqual(['iam:PutRolePolicy'])
      world.setPolicy([
        { effect: 'Allow', actions, roles: 'role/*' },
        { effect: 'Deny', actions: ['iam:PutRolePolicy'], roles: 'role/any' },
      ])
      expect(await deniedOn('role/any')).toEqual(['iam:PutRolePolicy!'])
      expect(await deniedOn('role/other')).toEqual([])
    })

    test('a right below a path is none elsewhere', async () => {
      allow('role/agents/*')
      expect(await deniedOn('role/agents/deployer')).toEqual([])
      expect(await deniedOn('role/deployer')).toEqual([...actions])
      expect(await deniedOn('role/*')).toEqual([...actions])
    })

    test('a right that is bound to a tag is one on what bears it', async () => {
      allow('role/*', { tag: ['keytrail', 'may-cut'] })
      expect(await deniedOn('role/deployer', { keytrail: 'may-cut', team: 'a' })).toEqual([])
      expect(await deniedOn('role/deployer', { keytrail: 'never' })).toEqual([...actions])
      expect(await deniedOn('role/deployer')).toEqual([...actions])
    })

    test('a right on a queue, and on objects below a prefix, is one there', async () => {
      const queue = `arn:aws:sqs:eu-west-1:${world.account}:keytrail`
      const take = { effect: 'Allow', actions: ['sqs:ReceiveMessage'], roles: queue } as const
      const read = { effect: 'Allow', actions: ['s3:GetObject'] } as const
      world.setPolicy([take, { ...read, roles: 'arn:aws:s3:::my-trail/AWSLogs/*' }])
      const us = await world.permissions.identity()
      const asked = [
        { action: 'sqs:ReceiveMessage', resource: queue },
        { action: 'sqs:DeleteMessage', resource: queue },
        { action: 's3:GetObject', resource: 'arn:aws:s3:::my-trail/AWSLogs/*' },
        { action: 's3:GetObject', resource: 'arn:aws:s3:::my-trail/*' },
      ]
      const denied = await world.permissions.denied(us, asked)
      expect(denied).toEqual([1, 3].map((n) => ({ ...asked[n], isExplicit: false })))
    })

    test('a role is found by its principal, with path and tags, where we may look at it', async () => {
      const principal = `${world.account}/role/deployer`
      await world.addRole('deployer', '/agents/', { keytrail: 'may-cut' })
      expect(await refusal(world.permissions.target(principal))).toBe('no-permission')
      allow('role/agents/*', { tag: ['keytrail', 'may-cut'] })
      expect(await world.permissions.target(principal)).toEqual({
        arn: `arn:aws:iam::${world.account}:role/agents/deployer`,
        tags: { keytrail: 'may-cut' },
      })
      allow('role/*')
      expect(await world.permissions.target(`${world.account}/role/nobody`)).toBeUndefined()
    })

    test('who may not ask hears that, and not that all is well', async () => {
      allow('role/*')
      world.setMayAsk(false)
      expect(await refusal(deniedOn('role/any'))).toBe('no-permission')
    })
  })
}
