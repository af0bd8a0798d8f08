import { memoryAccount, memoryActuator, type MemoryAccount } from '#infra/memory/actuator.ts'
import { memoryContainment } from '#infra/memory/containment.ts'
import type { Decision, Told } from '#shared/messages/containment.ts'
import type { Finding } from '#shared/messages/finding.ts'
import { noHolder, type Holder } from '#shared/messages/holder.ts'
import type { Incident } from '#shared/messages/incident.ts'
import type { Other, Seen, TreeNode } from '#shared/messages/tree.ts'
import type { Use } from '#shared/messages/use.ts'
import type { Actuator } from '#shared/ports/actuator.ts'
import type { ContainmentStore } from '#shared/ports/containment.ts'
import { containment, type Containment } from '#services/contain/containment.ts'
import { decide } from '#services/contain/decide.ts'
import { defaultContainPolicy, type ContainPolicy } from '#services/contain/policy.ts'

export const account = '111122223333'
export const start = Date.UTC(2026, 0, 5, 12, 0, 0)
export const minute = 60_000

/** Who holds it, proven by an issuer. */
export const heldBy = (task: string, rank: 'exact' | 'claimed' = 'exact'): Holder => ({
  ...noHolder,
  task: { rank, id: task, candidates: [task], rule: 'tag' },
})

export function finding(detection: string, at: Partial<Finding> = {}): Finding {
  const mark = { at: start - minute, id: `${detection}-1` }
  return {
    key: `${detection}|${at.session ?? 'AKIAEXAMPLE1'}|`,
    detection,
    session: 'AKIAEXAMPLE1',
    subject: 'agent:ledger',
    leaseRoot: 'root',
    severity: 'high',
    says: 'did what it should not',
    first: mark,
    last: mark,
    evidence: [mark],
    count: 1,
    credentials: [],
    holder: heldBy('task-1'),
    path: [],
    principal: `${account}/user/agent`,
    grants: [],
    grantedBy: [],
    joins: '',
    tags: [],
    unknown: [],
    ...at,
  }
}

export const node = (at: Partial<TreeNode> = {}): TreeNode => ({
  credential: 'AKIAEXAMPLE1',
  principal: `${account}/user/agent`,
  created: 0,
  expires: 0,
  last: start - minute,
  from: '',
  maker: '',
  findings: [],
  holder: heldBy('task-1'),
  refused: [],
  ...at,
})

/** A session of the role `work`, made by the stolen key. */
export const child = (at: Partial<TreeNode> = {}): TreeNode =>
  node({
    credential: 'ASIAEXAMPLE2',
    principal: `${account}/role/work/run-7`,
    created: start - 2 * minute,
    expires: start + 60 * minute,
    from: 'AKIAEXAMPLE1',
    maker: `${account}/user/agent`,
    ...at,
  })

export const other = (at: Partial<Other> = {}): Other => ({
  credential: 'ASIAEXAMPLE3',
  principal: `${account}/role/work/run-7`,
  maker: '',
  created: start - minute,
  expires: start + 60 * minute,
  last: start - minute,
  holder: heldBy('task-2'),
  task: '',
  ...at,
})

export function seen(id: string, tree: Partial<Seen['tree']>, findings: readonly Finding[]): Seen {
  const mark = { at: start - minute, id: 'r1' }
  const incident: Incident = {
    id,
    severity: 'high',
    title: 'a key was used by another task',
    subject: 'agent:ledger',
    holder: noHolder,
    credentials: [],
    findings,
    first: mark,
    last: mark,
    chain: [],
    unknown: [],
  }
  return { incident, tree: { members: [], cut: false, beyond: [], others: [], ...tree } }
}

/** The story of one stolen key and the session that it made. */
export function theft(
  id = 'inc-1',
  findings: readonly Finding[] = [finding('reuse-by-task')],
): Seen {
  const own = findings.map(({ key }) => key)
  return seen(id, { members: [node({ findings: own }), child()] }, findings)
}

export function use(at: number, what: Partial<Use> = {}): Use {
  return {
    kind: 'credential.used',
    id: `use-${at}`,
    at,
    principal: `${account}/user/agent`,
    identity: 'user',
    key: 'AKIAEXAMPLE1',
    created: 0,
    account,
    region: 'eu-central-1',
    service: 's3',
    action: 'ListBuckets',
    error: 'none',
    address: '192.0.2.1',
    agent: 'aws-cli',
    direct: true,
    request: '',
    sourceIdentity: '',
    scope: '',
    ...what,
  }
}

export type Bench = {
  readonly world: MemoryAccount
  readonly store: ContainmentStore
  readonly incidents: Map<string, Seen>
  readonly told: Told[]
  readonly run: Containment
  readonly actuator: Actuator
  now: number
  frontier: number
  hear(handles: readonly string[], uses?: readonly Use[], because?: 'records' | 'version'): void
  /** Lets time pass and does what is due. */
  pass(ms?: number): Promise<void>
  /** Asks as a person would, and lets the process answer. */
  ask(kind: Decision['kind'], about: string, option?: string): Promise<string>
  /** States of all orders by unit. */
  states(): Record<string, string>
  /** The process dies and another one goes on. */
  restart(): void
}

/** Containment on an account in memory, with one user, its key, and a role. */
export function bench(
  policy: Partial<ContainPolicy> = {},
  store: ContainmentStore = memoryContainment(),
): Bench {
  const world = worldOf()
  const incidents = new Map<string, Seen>()
  const told: Told[] = []
  const actuator = memoryActuator(world, () => bench.now)
  const fresh = (): Containment =>
    containment({
      store,
      actuator,
      accounts: [account],
      policy: { ...defaultContainPolicy, ...policy },
      clock: () => bench.now,
      look: (handle) => incidents.get(handle),
      tell: (each) => void told.push(each),
    })
  let run = fresh()
  const bench = {
    world,
    store,
    incidents,
    told,
    actuator,
    now: start,
    frontier: -Infinity,
    get run() {
      return run
    },
    hear(
      handles: readonly string[],
      uses: readonly Use[] = [],
      because: 'records' | 'version' = 'records',
    ) {
      run.hear({ incidents: handles, because, uses, at: bench.now })
    },
    async pass(ms = 0) {
      bench.now += ms
      await run.tick(() => bench.frontier)
    },
    async ask(kind: Decision['kind'], about: string, option = '') {
      const rules = { ...defaultContainPolicy, ...policy }
      const answer = store.together(() =>
        decide(
          { store, at: bench.now, tell: (each) => void told.push(each) },
          { kind, about, option, by: 'kim', reason: 'test', at: bench.now },
          { policy: rules, ours: new Map(), planned: (handle) => store.plan(handle) },
        ),
      )
      await bench.pass()
      return `${answer.done ? 'done' : 'refused'}: ${answer.says}`
    },
    states: () => Object.fromEntries(store.orders({}).map(({ key, state }) => [key, state])),
    restart() {
      run = fresh()
    },
  }
  return bench
}

function worldOf(): MemoryAccount {
  const world = memoryAccount(account)
  world.keys.set('AKIAEXAMPLE1', 'Active')
  world.entities.set('user/agent', { id: 'AIDAAGENT', document: null })
  world.entities.set('role/work', { id: 'AROAWORK', document: null })
  return world
}
