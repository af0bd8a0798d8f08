import { principalOfArn } from '#shared/facts/arn.ts'
import { baseOf } from '#shared/policy.ts'
import { everyCred as credsOf } from '#services/correlate/creds.ts'
import { viewKey, type KeyView } from '#services/correlate/keys.ts'
import type { Cred } from '#services/correlate/cred.ts'
import type { CorrelateState } from '#services/correlate/state.ts'
import type { JoinState } from '#services/join/join.ts'

/** What a question may look at: the state of all partitions. */
export type States = {
  readonly correlate: readonly CorrelateState[]
  readonly join: readonly JoinState[]
}

export type SubjectKind = 'credential' | 'session' | 'principal' | 'agent' | 'task'

/** A credential as one session shows it, with the partition that knows it. */
export type Known = { readonly state: CorrelateState; readonly cred: Cred; readonly view: KeyView }

/** What an id stands for, and the credentials that are its own. A credential that was only issued has none. */
export type Asked = {
  readonly kind: SubjectKind
  readonly id: string
  readonly own: readonly Known[]
}

/** Every credential of all partitions, in an order that does not depend on them. */
export const everyCred = ({ correlate }: States): Known[] =>
  correlate
    .flatMap((state) =>
      [...credsOf(state)].map((cred) => ({ state, cred, view: viewKey(state, cred) })),
    )
    .toSorted((a, b) => compare(nameOf(a.cred), nameOf(b.cred)))

const nameOf = ({ session, key }: Cred): string => `${session.id}|${key}`
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Prefixes by which incidents and people name a kind: `agent:ledger`. */
const prefixed = /^(credential|session|principal|agent|task):(.+)$/

/**
 * What an id stands for: a key id, a session, a principal (as key or ARN; a role stands for its sessions), an agent or a task,
 * in this order where one text is several of them; `agent:x` and the like say which. Undefined: it occurs nowhere.
 */
export function find(states: States, all: readonly Known[], text: string): Asked | undefined {
  if (text === '') return undefined
  const [, kind, rest] = prefixed.exec(text) ?? []
  const id = kind === undefined || rest === undefined ? text : rest
  for (const [name, finder] of finders) {
    if (kind !== undefined && name !== kind) continue
    const found = finder(id, all, states)
    if (found) return { kind: name, ...found }
  }
  // A text such as `task:7` may itself be an id.
  return kind === undefined ? undefined : findPlain(states, all, text)
}

function findPlain(states: States, all: readonly Known[], id: string): Asked | undefined {
  for (const [kind, finder] of finders) {
    const found = finder(id, all, states)
    if (found) return { kind, ...found }
  }
  return undefined
}

type Finder = (
  id: string,
  all: readonly Known[],
  states: States,
) => { readonly id: string; readonly own: readonly Known[] } | undefined

const finders: readonly (readonly [SubjectKind, Finder])[] = [
  [
    'credential',
    (id, all, states) =>
      given(
        id,
        all.filter(({ cred }) => cred.key === id),
        isMinted(id, all, states),
      ),
  ],
  [
    'session',
    (id, all) =>
      given(
        id,
        all.filter(({ cred }) => cred.session.id === id),
        false,
      ),
  ],
  [
    'principal',
    (text, all, { correlate }) => {
      const id = principalOfArn(text) || text
      const own = all.filter(
        ({ cred: { session } }) => session.principal === id || baseOf(session.principal) === id,
      )
      return given(
        id,
        own,
        correlate.some(({ forwarded }) => forwarded.has(id)),
      )
    },
  ],
  [
    'agent',
    (id, all, { correlate }) =>
      given(
        id,
        heldBy(all, 'agent', id),
        correlate.some(({ registry }) => registry.agents.has(id)),
      ),
  ],
  [
    'task',
    (id, all, { join }) =>
      given(
        id,
        heldBy(all, 'task', id),
        join.some(({ tasks }) => tasks.has(`task:${id}`)),
      ),
  ],
]

const given = (id: string, own: readonly Known[], occurs: boolean) =>
  own.length > 0 || occurs ? { id, own } : undefined

const heldBy = (all: readonly Known[], level: 'agent' | 'task', id: string): Known[] =>
  all.filter(({ view }) => view.decision.holder[level].candidates.includes(id))

/** A key that records only show being made, or that reports name, and nobody used. */
function isMinted(id: string, all: readonly Known[], { join }: States): boolean {
  return (
    all.some(({ cred }) => cred.rich?.children?.get(id) !== undefined) ||
    all.some(({ cred }) =>
      cred.session.rich?.deeds.get('key-created')?.items.some(({ made }) => made === id),
    ) ||
    join.some(({ keys }) => keys.isReported(id))
  )
}
