import { chanceFrom } from '#services/replay/chance.ts'
import { noise } from './noise.ts'
import {
  activity,
  home,
  issuing,
  keyId,
  other,
  record,
  recordBy,
  type Credential,
} from './records.ts'

/** What the world knows of a key because it made it: who holds it. null: nobody was told. */
export type Owner = { readonly task: string | null; readonly agent: string | null }

/** Records of a small company in which much goes on at once, and what is true of it. */
export type World = {
  readonly records: readonly unknown[]
  readonly owners: ReadonlyMap<string, Owner>
  /** Keys that a task used which neither holds them nor was allowed to. */
  readonly reused: ReadonlySet<string>
  /** Keys in use whose record says that a service used them for the principal, and masks: credentials of nobody. */
  readonly nobody: readonly string[]
}

/** Names in lease and policy under which the broker is configured as an issuer. */
export const issuers: readonly string[] = ['broker', `${home}/role/broker`]

const tasks = ['t-0', 't-1', 't-2', 't-3', 't-4', 't-5'] as const
const agentOf = (task: string): string => `a-${Number(task.slice(2)) % 3}`
/** Declared: t-5 is a sub-task of t-0; t-4 may hand on to t-3. */
const declared: Readonly<Record<string, object>> = {
  't-5': { parent: 't-0' },
  't-4': { scope: { handOffTo: ['t-3'] } },
}
const allowed = (holder: string, actor: string): boolean =>
  actor === holder || (holder === 't-0' && actor === 't-5') || (holder === 't-4' && actor === 't-3')

const rootKinds = ['tagged', 'leased', 'claimed', 'none'] as const
type RootKind = (typeof rootKinds)[number]

type Held = {
  readonly credential: Credential
  readonly owner: Owner
  readonly kind: RootKind
  readonly delegates: readonly string[]
  readonly depth: number
}

/** Everything that is random comes from the seed: the same seed, the same world. */
export function world(seed: number): World {
  const chance = chanceFrom(seed)
  const below = (n: number): number => Math.floor(chance() * n)
  const pick = <T>(list: readonly [T, ...T[]]): T => list[below(list.length)] ?? list[0]
  const records: unknown[] = []
  const owners = new Map<string, Owner>()
  const reused = new Set<string>()
  let n = seed * 10_000
  const broker: Credential = {
    account: home,
    kind: 'role',
    name: 'broker',
    session: 'main',
    key: keyId('ASIA', 1),
    created: -600,
  }

  const say = (kind: string, at: number, more: object): void => {
    n++
    records.push(activity(kind, String(n), at, more))
  }
  const call = (by: Credential, what: Parameters<typeof record>[2]): void =>
    void records.push(record(n++, by, what))

  for (const task of tasks)
    say('task.started', -300, {
      task,
      agent: agentOf(task),
      onBehalfOf: `${task}@example.com`,
      ...declared[task],
    })

  const root = (i: number): Held => {
    const kind = i < 2 ? 'tagged' : pick(rootKinds)
    const task = tasks[i % 5] ?? 't-0'
    // The first two are twins: one second, one role, one session name, and a holder each.
    const twin = i < 2
    const created = twin ? 10 : 10 + below(600)
    const session = twin || chance() < 0.4 ? 'worker' : `run-${i}`
    const credential: Credential = {
      account: home,
      kind: 'role',
      name: 'runner',
      session,
      key: keyId('ASIA', 100 + i),
      created,
    }
    const tags =
      kind === 'tagged'
        ? [
            { key: 'task', value: task },
            { key: 'agent', value: agentOf(task) },
          ]
        : []
    call(broker, { at: created, address: '192.0.2.1', ...issuing(credential, tags) })
    if (kind === 'leased' || kind === 'claimed')
      say('credential.issued', created + 1, {
        credential: credential.key,
        task,
        agent: agentOf(task),
        ...(kind === 'leased' && { issuer: 'broker' }),
      })
    const owner = kind === 'none' ? { task: null, agent: null } : { task, agent: agentOf(task) }
    return delegated({ credential, owner, kind, delegates: [], depth: 0 })
  }

  /** Sometimes the broker hands a key on to a second task; children may be used by it too. */
  const delegated = (held: Held): Held => {
    owners.set(held.credential.key, held.owner)
    if (held.owner.task === null || chance() > 0.15) return held
    const to = pick(tasks)
    if (to === held.owner.task) return held
    const { key, created = 0 } = held.credential
    say('credential.issued', created + 2, {
      credential: key,
      task: to,
      agent: agentOf(to),
      issuer: 'broker',
      delegatedFrom: held.owner.task,
    })
    return { ...held, delegates: [...held.delegates, to] }
  }

  const exact = ({ kind }: Held): boolean => kind === 'tagged' || kind === 'leased'

  const childOf = (parent: Held, i: number): Held => {
    const depth = parent.depth + 1
    const account = chance() < 0.3 ? other : home
    const created = (parent.credential.created ?? 0) + 5 + below(60)
    const session = chance() < 0.3 ? 'worker' : `step-${i}`
    const credential: Credential = {
      account,
      kind: 'role',
      name: `step-${depth}`,
      session,
      key: keyId('ASIA', 1000 + i),
      created,
    }
    // An agent that writes another's task on what it mints: a claim, never the owner.
    const lie = exact(parent) && chance() < 0.25 ? [{ key: 'task', value: pick(tasks) }] : []
    const shared = `shared-${seed}-${i}`
    const issue = { at: created, ...issuing(credential, lie) }
    const apart = account === parent.credential.account
    call(parent.credential, { ...issue, ...(!apart && { more: { sharedEventID: shared } }) })
    if (!apart) {
      // The owner's copy in the other account knows the caller's account only.
      const stranger = {
        type: 'AWSAccount',
        principalId: 'AROAEXAMPLESTRANGER',
        accountId: parent.credential.account,
      }
      records.push(recordBy(n++, stranger, account, { ...issue, more: { sharedEventID: shared } }))
    }
    owners.set(credential.key, parent.owner)
    return { ...parent, credential, depth }
  }

  const useOf = (held: Held): void => {
    const { credential, owner } = held
    const at = (credential.created ?? 0) + 1 + below(900)
    const request = `r-${seed}-${n}`
    call(credential, {
      at,
      request,
      address: pick(['198.51.100.20', '198.51.100.21', '203.0.113.9']),
      agent: pick(['Boto3/1.40.0', 'aws-cli/2.31.0']),
    })
    if (owner.task === null || chance() > 0.5) return
    const foreign = exact(held) && chance() < 0.3
    const task = foreign ? pick(tasks) : owner.task
    if (!allowed(owner.task, task) && !held.delegates.includes(task)) reused.add(credential.key)
    say('tool.called', at + (chance() < 0.5 ? -1 : 2), {
      task,
      agent: agentOf(task),
      tool: 'list',
      requestIds: [request],
    })
  }

  const all: Held[] = Array.from({ length: 8 }, (_, i) => root(i))
  for (let i = 0; i < 14; i++) {
    const parent = all[below(all.length)]
    if (parent && parent.depth < 5) all.push(childOf(parent, i))
  }
  // One chain always reaches the full depth.
  let deepest = all[0]
  for (let i = 100; deepest && deepest.depth < 5; i++) all.push((deepest = childOf(deepest, i)))
  for (const held of all) for (let i = 1 + below(3); i > 0; i--) useOf(held)
  say('task.ended', 1_000, { task: 't-2', agent: agentOf('t-2') })
  const extra = noise(seed, n)
  return { records: [...records, ...extra.records], owners, reused, nobody: extra.nobody }
}
