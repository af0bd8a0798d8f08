import { describe, expect, test } from 'vitest'
import { everyCred, everySession } from '#services/correlate/creds.ts'
import { viewKey } from '#services/correlate/keys.ts'
import {
  call,
  home,
  keyOf,
  role,
  timeAt,
  times,
  user,
  type Caller,
} from '#services/detect/records.ts'
import { issuers, world } from '#test/properties/world.ts'
import { through } from '#test/engine.ts'
import { scenario as pivot } from '#test/scenarios/pivot-across-accounts/scenario.ts'
import { scenario as reuse } from '#test/scenarios/reuse-by-task/scenario.ts'
import type { Scenario } from '#test/scenarios/scenario.ts'
import type { Tree } from '#shared/messages/tree.ts'
import type { CorrelateState } from '#services/correlate/state.ts'
import { byPrincipal } from './by-principal.ts'
import { treesIn } from './tree.ts'

async function treesOf({ records, ...options }: Scenario, partitions = 4): Promise<Tree[]> {
  const { engine, incidents } = await through(records, { ...options, partitions })
  const trees = treesIn(engine.states.correlate)
  return incidents.map((incident) => trees.of(incident))
}

const names = (tree: Tree): string[] =>
  tree.members.map(({ credential, principal }) => `${credential.slice(0, 4)} ${principal}`)

describe('the tree of an incident', () => {
  test('has the compromised, and all that was minted from them, parents first', async () => {
    const [tree] = await treesOf(pivot)
    if (!tree) throw new Error('the pivot raises no incident')
    expect(names(tree)).toMatchInlineSnapshot(`
      [
        "ASIA 444455556666/role/audit/release-7",
        "AKIA 444455556666/user/backup-operator",
      ]
    `)
    const made = tree.members.find(({ credential }) => credential.startsWith('AKIA'))
    expect(made?.findings.length).toBeGreaterThan(0)
    const places = tree.members.map(({ credential }) => credential)
    const inner = tree.members.filter(({ from }) => places.includes(from))
    expect(inner).not.toHaveLength(0)
    for (const { from, credential } of inner)
      expect(places.indexOf(from)).toBeLessThan(places.indexOf(credential))
  })

  test('names what made the topmost, which nothing is proven of', async () => {
    const [tree] = await treesOf(reuse)
    if (!tree) throw new Error('the reuse raises no incident')
    expect(names(tree)).toMatchInlineSnapshot(`
      [
        "ASIA 111122223333/role/ledger-agent/invoices",
      ]
    `)
    expect(tree.beyond.map(({ principal }) => principal)).toMatchInlineSnapshot(`
      [
        "111122223333/role/task-broker/broker-1",
      ]
    `)
    expect(tree.cut).toBe(false)
  })

  test('is the same over any number of partitions', async () => {
    for (const scenario of [pivot, reuse])
      expect(await treesOf(scenario, 1)).toEqual(await treesOf(scenario, 8))
  })
})

/** What a look at every credential says: who acts as the same principals, or was federated by one of them. */
function othersByScan(states: readonly CorrelateState[], { members, beyond }: Tree): string[] {
  const nodes = [...members, ...beyond]
  const inside = new Set(nodes.map(({ principal, credential }) => `${principal}|${credential}`))
  const principals = new Set(nodes.map(({ principal }) => principal))
  const makers = new Set([...principals, ...nodes.map(({ maker }) => maker)])
  return states.flatMap((state) =>
    [...everyCred(state)].flatMap((cred) => {
      const { principal, identity } = cred.session
      const isNear =
        identity === 'federated'
          ? makers.has(viewKey(state, cred).issue?.parent ?? '')
          : principals.has(principal)
      const name = `${principal}|${cred.key}`
      return isNear && !inside.has(name) ? [name] : []
    }),
  )
}

describe('the neighbours of a tree', () => {
  const namesOf = ({ others }: Tree): string[] =>
    others
      .filter(({ task }) => task === '')
      .map(({ principal, credential }) => `${principal}|${credential}`)

  const compared = async (records: readonly unknown[]): Promise<number> => {
    const { engine, incidents } = await through(records, { issuers })
    const { correlate: states } = engine.states
    const trees = treesIn(states)
    let count = 0
    for (const incident of incidents) {
      const tree = trees.of(incident)
      const found = namesOf(tree)
      expect(found.toSorted()).toEqual(othersByScan(states, tree).toSorted())
      count += found.length
    }
    return count
  }

  test('are those that a look at every credential finds', async () => {
    let count = 0
    for (const seed of [1, 2, 3, 4, 5, 6]) count += await compared(world(seed).records)
    expect(count).toBeGreaterThan(0)
  })

  test('are also whom the same user federates by another key', async () => {
    const second = withKey(user('ana'), keyOf('AKIA', 'second'))
    const records = [
      call('iam:AttachUserPolicy', {
        by: user('ana'),
        at: 5,
        params: { userName: 'ana', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
      }),
      ...[user('ana'), second].flatMap((by, n) => federated(by, `guest-${n}`, 10 + n)),
    ]
    expect(await compared(records)).toBe(2)
  })

  test('cost a look at themselves, not at everybody', async () => {
    const crowd = times(400, (n) =>
      call('s3:ListBuckets', { by: role('crowd', `run-${n}`, n), at: n + 1 }),
    )
    const { engine } = await through(crowd, { partitions: 1 })
    const [state] = engine.states.correlate
    if (!state) throw new Error('there is no state')
    const index = byPrincipal(state)
    index.catchUp()
    let looks = 0
    const counted = new Proxy(state.held.principals, {
      get(all, name, from) {
        if (name === 'is' || name === 'text') looks++
        return Reflect.get(all, name, from) as unknown
      },
    })
    const before = state.held.principals
    Object.assign(state.held, { principals: counted })
    const found = [...index.sessions(`${home}/role/crowd/run-7`)]
    Object.assign(state.held, { principals: before })
    expect(found.map(({ principal }) => principal)).toEqual([`${home}/role/crowd/run-7`])
    expect(looks).toBeLessThan(40)
  })

  test('are known although they came after the last look, the latest first', async () => {
    const sessions = times(30, (n) =>
      call('s3:ListBuckets', { by: role('crowd', `run-${n % 3}`, n), at: n + 1 }),
    )
    const { engine } = await through(sessions, { partitions: 1 })
    const [state] = engine.states.correlate
    if (!state) throw new Error('there is no state')
    const seen = [...byPrincipal(state).sessions(`${home}/role/crowd/run-1`)]
    const all = [...everySession(state)].filter(({ principal }) => principal.endsWith('run-1'))
    expect(seen.map(({ id }) => id)).toEqual(all.map(({ id }) => id).toReversed())
    expect(seen).toHaveLength(10)
  })
})

const withKey = (by: Caller, accessKeyId: string): Caller => ({
  ...by,
  identity: { ...by.identity, accessKeyId },
})

/** A federated session, made and used. */
function federated(by: Caller, name: string, at: number): object[] {
  const key = keyOf('ASIA', name)
  const arn = `arn:aws:sts::${home}:federated-user/${name}`
  return [
    call('sts:GetFederationToken', {
      by,
      at,
      params: { name },
      response: {
        credentials: { accessKeyId: key, expiration: 'May 5, 2026, 9:00:00 AM' },
        federatedUser: { arn, federatedUserId: `${home}:${name}` },
      },
    }),
    call('s3:ListBuckets', {
      by: {
        ...by,
        identity: {
          type: 'FederatedUser',
          principalId: `${home}:${name}`,
          arn,
          accountId: home,
          accessKeyId: key,
          sessionContext: { attributes: { creationDate: timeAt(at) } },
        },
      },
      at: at + 1,
    }),
  ]
}
