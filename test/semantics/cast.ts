import type { Finding } from '#shared/messages/finding.ts'
import type { Holder } from '#shared/messages/holder.ts'
import { viewKey } from '#services/correlate/keys.ts'
import type { Cred } from '#services/correlate/cred.ts'
import { everyCred, everySession } from '#services/correlate/creds.ts'
import type { Replayed } from '#services/replay/replay.ts'
import { through, type Through } from '#test/engine.ts'
import {
  activity,
  home,
  issuing,
  keyId,
  record,
  type Call,
  type Credential,
} from '#test/properties/records.ts'

/** The people of these tests: a broker that may vouch, and the session of agent a-1 that it lends to task t-1. */
export const issuers: readonly string[] = ['broker', `${home}/role/broker`]

export const broker: Credential = {
  account: home,
  kind: 'role',
  name: 'broker',
  session: 'main',
  key: keyId('ASIA', 1),
  created: -600,
}
export const runner: Credential = {
  account: home,
  kind: 'role',
  name: 'runner',
  session: 'run',
  key: keyId('ASIA', 2),
  created: 0,
}
export const user = (name: string, n: number): Credential => ({
  account: home,
  kind: 'user',
  name,
  session: '',
  key: keyId('AKIA', n),
})

/** A call with a request of its own, `r-N`. */
export const call = (n: number, by: Credential, more: Partial<Call> = {}) =>
  record(n, by, { at: 60, request: `r-${n}`, ...more })

/** The broker makes the runner's session and writes the task on it. */
export const lent = (task = 't-1', agent = 'a-1') =>
  call(1, broker, {
    at: 0,
    ...issuing(runner, [
      { key: 'task', value: task },
      { key: 'agent', value: agent },
    ]),
  })

export const started = (task: string, agent: string, more: object = {}) =>
  activity('task.started', `${task} ${JSON.stringify(more)}`, 0, { task, agent, ...more })

/** The task says that it made the request. `at`: seconds; `more` may hold source and door stamp. */
export const reported = (task: string, agent: string, request: string, more: object = {}) =>
  activity('tool.called', `${task} ${request} ${JSON.stringify(more)}`, 60, {
    task,
    agent,
    tool: 'list',
    requestIds: [request],
    ...more,
  })

export const registered = (agent: string, more: object = {}) =>
  activity('agent.registered', `${agent} ${JSON.stringify(more)}`, 0, { agent, ...more })

/** What the broker may vouch for is configured in all of these tests. */
export const run = (records: readonly unknown[], more: Through = {}): Promise<Replayed> =>
  through(records, { issuers, ...more })

const credsOf = ({ engine }: Replayed): readonly Cred[] =>
  engine.states.correlate.flatMap((state) => [...everyCred(state)])

export const keysOf = (replayed: Replayed): string[] =>
  credsOf(replayed)
    .map(({ key }) => key)
    .toSorted()

export const sessionsOf = ({ engine }: Replayed): string[] =>
  engine.states.correlate
    .flatMap((state) => [...everySession(state)].map(({ id }) => id))
    .toSorted()

/** The view of a key, as the engine has it at the end. */
export function viewOf({ engine }: Replayed, key: string): ReturnType<typeof viewKey> {
  for (const state of engine.states.correlate) {
    const cred = [...everyCred(state)].find((each) => each.key === key)
    if (cred) return viewKey(state, cred)
  }
  throw new Error(`nobody used ${key}`)
}

export const holderOf = (replayed: Replayed, key: string): Holder =>
  viewOf(replayed, key).decision.holder

export const detectionsOf = ({ findings }: Replayed): string[] =>
  findings.map(({ detection }: Finding) => detection).toSorted()

/** Every order of a few records. */
export function orders<T>(list: readonly T[]): T[][] {
  if (list.length < 2) return [[...list]]
  return list.flatMap((first, i) => orders(list.toSpliced(i, 1)).map((rest) => [first, ...rest]))
}
