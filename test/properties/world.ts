import { makerOf, type Maker } from './maker.ts'
import { noise } from './noise.ts'
import { exactIso, home, issuing, keyId, other, recordBy, type Credential } from './records.ts'

/** What the world knows of a key because it made it: who holds it. null: nobody was told. */
export type Owner = { readonly task: string | null; readonly agent: string | null }

/** Records of a small company in which much goes on at once, and what is true of it. */
export type World = {
  readonly records: readonly unknown[]
  readonly owners: ReadonlyMap<string, Owner>
  /** Tasks that reported uses of a key; who made its other uses is not known. */
  readonly reported: ReadonlyMap<string, ReadonlySet<string>>
  /** Session of the root of a key's chain, where exactly one task holds that. */
  readonly roots: ReadonlyMap<string, string>
  /** Keys that a task used which neither holds them nor was allowed to. */
  readonly reused: ReadonlySet<string>
  /** Keys that a service used for the principal, and masks: credentials of nobody. */
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

/** How a root key came to its task: the broker tags it, leases it, somebody claims it, or nobody says anything. */
const rootKinds = ['tagged', 'leased', 'claimed', 'none'] as const

type Held = {
  readonly credential: Credential
  readonly owner: Owner
  readonly kind: (typeof rootKinds)[number]
  readonly delegates: readonly string[]
  readonly depth: number
  /** Session at the root, if one task holds it; the twins share theirs. */
  readonly root: string
}

/** Was it given by somebody who may vouch? Only then a stranger's report cannot make the stranger its owner. */
const isExact = ({ kind }: Held): boolean => kind === 'tagged' || kind === 'leased'

const broker: Credential = {
  account: home,
  kind: 'role',
  name: 'broker',
  session: 'main',
  key: keyId('ASIA', 1),
  created: -600,
}

export function world(seed: number): World {
  const maker = makerOf(seed)
  for (const task of tasks)
    maker.say('task.started', -300, {
      task,
      agent: agentOf(task),
      onBehalfOf: `${task}@example.com`,
      ...declared[task],
    })
  const all = keysOf(maker)
  const uses = all.flatMap((held) =>
    Array.from({ length: 1 + maker.below(3) }, () => useOf(maker, held)),
  )
  maker.say('task.ended', 1_000, { task: 't-2', agent: agentOf('t-2') })
  const nobody = noise(maker)
  return {
    records: maker.records,
    owners: new Map(all.map(({ credential, owner }) => [credential.key, owner])),
    reported: reportsOf(uses),
    roots: rootsOf(all),
    reused: new Set(uses.filter(({ foreign }) => foreign).map(({ key }) => key)),
    nobody,
  }
}

/** Without sessions that keys of two roots share, by one name and one second: those are nobody's alone. */
function rootsOf(all: readonly Held[]): Map<string, string> {
  const sessionOf = ({ credential: { account, name, session, created } }: Held): string =>
    JSON.stringify([account, name, session, created])
  const isShared = (held: Held): boolean =>
    all.some((other) => sessionOf(other) === sessionOf(held) && other.root !== held.root)
  const known = all.filter((held) => held.root !== '' && !isShared(held))
  return new Map(known.map(({ credential, root }) => [credential.key, root]))
}

function reportsOf(uses: readonly Used[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const { key, task } of uses)
    if (task !== '') found.set(key, (found.get(key) ?? new Set()).add(task))
  return found
}

/** Eight roots, fourteen children anywhere below them, and one chain of full depth. */
function keysOf(maker: Maker): Held[] {
  const all: Held[] = Array.from({ length: 8 }, (_, i) => rootOf(maker, i))
  for (let i = 0; i < 14; i++) {
    const parent = all[maker.below(all.length)]
    if (parent && parent.depth < 5) all.push(childOf(maker, parent, i))
  }
  let deepest = all[0]
  for (let i = 100; deepest && deepest.depth < 5; i++)
    all.push((deepest = childOf(maker, deepest, i)))
  return all
}

function rootOf(maker: Maker, i: number): Held {
  const { below, chance, pick, say, call } = maker
  // The first two are twins: one second, one role, one session name, and a holder each.
  const twin = i < 2
  const kind = twin ? 'tagged' : pick(rootKinds)
  const task = tasks[i % 5] ?? 't-0'
  const agent = agentOf(task)
  const created = twin ? 10 : 10 + below(600)
  const session = twin || chance() < 0.4 ? 'worker' : `run-${i}`
  const key = keyId('ASIA', 100 + i)
  const credential: Credential = {
    account: home,
    kind: 'role',
    name: 'runner',
    session,
    key,
    created,
  }
  const tags = [
    { key: 'task', value: task },
    { key: 'agent', value: agent },
  ]
  call(broker, {
    at: created,
    address: '192.0.2.1',
    ...issuing(credential, kind === 'tagged' ? tags : []),
  })
  const lease = { credential: key, task, agent, ...(kind === 'leased' && { issuer: 'broker' }) }
  if (kind === 'leased' || kind === 'claimed') say('credential.issued', created + 1, lease)
  const ownRoot =
    twin || kind === 'none' ? '' : `${home}/role/runner/${session}@${exactIso(created)}`
  const owner = kind === 'none' ? { task: null, agent: null } : { task, agent }
  return delegated(maker, { credential, owner, kind, delegates: [], depth: 0, root: ownRoot })
}

/** Sometimes the broker hands a key on to a second task, which may then use its children too. */
function delegated({ chance, pick, say }: Maker, held: Held): Held {
  const { credential, owner } = held
  if (owner.task === null || chance() > 0.15) return held
  const to = pick(tasks)
  if (to === owner.task) return held
  say('credential.issued', (credential.created ?? 0) + 2, {
    credential: credential.key,
    task: to,
    agent: agentOf(to),
    issuer: 'broker',
    delegatedFrom: owner.task,
  })
  return { ...held, delegates: [to] }
}

function childOf(
  { seed, below, chance, pick, call, records, next }: Maker,
  parent: Held,
  i: number,
): Held {
  const depth = parent.depth + 1
  const caller = parent.credential.account
  const credential: Credential = {
    account: chance() < 0.3 ? other : home,
    kind: 'role',
    name: `step-${depth}`,
    session: chance() < 0.3 ? 'worker' : `step-${i}`,
    key: keyId('ASIA', 1000 + i),
    created: (parent.credential.created ?? 0) + 5 + below(60),
  }
  // An agent that writes another's task on what it mints: a claim, never the owner.
  const lie = isExact(parent) && chance() < 0.25 ? [{ key: 'task', value: pick(tasks) }] : []
  const issue = { at: credential.created ?? 0, ...issuing(credential, lie) }
  if (credential.account === caller) call(parent.credential, issue)
  else {
    const copies = { ...issue, more: { sharedEventID: `shared-${seed}-${i}` } }
    call(parent.credential, copies)
    // The owner's copy, in the other account, knows the caller's account only.
    const stranger = { type: 'AWSAccount', principalId: 'AROAEXAMPLESTRANGER', accountId: caller }
    records.push(recordBy(next(), stranger, credential.account, copies))
  }
  return { ...parent, credential, depth }
}

/** A use, the task that reports it ('' if none), and whether that task may not use the key. */
type Used = { readonly key: string; readonly task: string; readonly foreign: boolean }

/** Uses the key and sometimes reports it, before or after. */
function useOf({ seed, below, chance, pick, call, say, next }: Maker, held: Held): Used {
  const { credential, owner, delegates } = held
  const at = (credential.created ?? 0) + 1 + below(900)
  const request = `r-${seed}-${next()}`
  const address = pick(['198.51.100.20', '198.51.100.21', '203.0.113.9'])
  call(credential, { at, request, address, agent: pick(['Boto3/1.40.0', 'aws-cli/2.31.0']) })
  if (owner.task === null || chance() > 0.5)
    return { key: credential.key, task: '', foreign: false }
  const task = isExact(held) && chance() < 0.3 ? pick(tasks) : owner.task
  const reported = at + (chance() < 0.5 ? -1 : 2)
  say('tool.called', reported, { task, agent: agentOf(task), tool: 'list', requestIds: [request] })
  // Two agents that claim one request leave its actor unknown; two tasks of one agent leave the agent known.
  const rival = chance() < 0.15 ? pick(tasks) : task
  if (rival !== task) {
    const more = { task: rival, agent: agentOf(rival), tool: 'list', requestIds: [request] }
    say('tool.called', reported, more)
    const known = agentOf(rival) === agentOf(task) && agentOf(task) !== owner.agent
    const may = [task, rival].some((t) => allowed(owner.task ?? '', t) || delegates.includes(t))
    return { key: credential.key, task: '', foreign: known && !may }
  }
  const foreign = !allowed(owner.task, task) && !delegates.includes(task)
  return { key: credential.key, task, foreign }
}
