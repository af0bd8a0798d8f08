import { firstOf, lastOf } from '#services/correlate/creds.ts'
import { compareMarks, type Mark } from '#shared/facts/mark.ts'
import type { Edge, Evidence, Holder, PathNode } from '#shared/messages/holder.ts'
import { nodeOf } from '#services/correlate/keys.ts'
import type { Asked, Known } from './find.ts'
import { indexOf, type Minted } from './minted.ts'

/** One session and credential that the subject has acted as, or came from. */
export type Became = {
  readonly relation: 'ancestor' | 'self' | 'descendant'
  readonly session: string
  readonly principal: string
  readonly key: string
  readonly holder: Holder
  readonly uses: number
  readonly first: Mark | undefined
  readonly last: Mark | undefined
  /** Why it belongs here: the issue that made it, or for agents and tasks the evidence that they hold it. */
  readonly edge: Edge | undefined
}

/**
 * Ancestors, root first; the subject's own credentials; what they became by issue. Each once. An agent or a task has no
 * ancestors: who lent it a credential is somebody else.
 */
export function becameOf(all: readonly Known[], asked: Asked, minted: readonly Minted[]): Became[] {
  const byName = indexOf(all)
  const own = new Set(asked.own.map(({ cred }) => cred))
  const below = issuedBelow(asked, minted)
    .flatMap(({ to, principal }) =>
      (byName.get(to) ?? []).filter(({ cred }) => cred.session.principal === principal),
    )
    .filter(({ cred }) => !own.has(cred))
  const found = [
    ...(isHolder(asked) ? [] : ancestorsOf(asked.own, byName)),
    ...asked.own.map((known) => became('self', known, ownEdge(asked, known))).toSorted(byFirst),
    ...below.map((known) => became('descendant', known, nodeOf(known.view).edge)),
  ]
  const seen = new Set<string>()
  return found.filter(({ session, key }) => {
    const name = `${session}|${key}`
    return !seen.has(name) && seen.add(name)
  })
}

const isHolder = ({ kind }: Asked): boolean => kind === 'agent' || kind === 'task'

/** Edges that lead down by issues alone: what lies behind a grant acts as somebody else. */
function issuedBelow({ own }: Asked, minted: readonly Minted[]): Minted[] {
  const reached = new Set(own.map(({ cred }) => cred.key || cred.session.id))
  return minted.filter(({ kind, from, to }) => {
    const below = kind === 'issue' && reached.has(from)
    if (below) reached.add(to)
    return below
  })
}

function ancestorsOf(
  own: readonly Known[],
  byName: ReadonlyMap<string, readonly Known[]>,
): Became[] {
  const inside = new Set(own.map(({ cred }) => `${cred.session.id}|${cred.key}`))
  return own
    .flatMap(({ view }) => view.inherit?.path ?? [])
    .filter(({ session, key }) => !inside.has(`${session}|${key}`))
    .map((node) =>
      ancestor(
        node,
        (byName.get(node.key) ?? []).find(({ cred }) => cred.session.id === node.session),
      ),
    )
}

const ancestor = (node: PathNode, known: Known | undefined): Became => ({
  relation: 'ancestor',
  session: node.session,
  principal: node.principal,
  key: node.key,
  holder: node.holder,
  uses: known?.cred.uses ?? 0,
  first: known && firstOf(known.state, known.cred),
  last: known && lastOf(known.state, known.cred),
  edge: node.edge,
})

const became = (
  relation: Became['relation'],
  { state, cred, view }: Known,
  edge: Edge | undefined,
): Became => ({
  relation,
  session: cred.session.id,
  principal: cred.session.principal,
  key: cred.key,
  holder: view.decision.holder,
  uses: cred.uses,
  first: firstOf(state, cred),
  last: lastOf(state, cred),
  edge,
})

/** A credential stands by its issue; what an agent or a task holds, by the evidence that won. */
function ownEdge(asked: Asked, known: Known): Edge | undefined {
  if (!isHolder(asked)) return nodeOf(known.view).edge
  const { kind, id } = asked
  const evidence = known.view.decision.won.find((each) => each.level === kind && each.id === id)
  return evidence && byEvidence(evidence, known)
}

const byEvidence = ({ record, rank, rule }: Evidence, { state, cred }: Known): Edge => ({
  record,
  at: state.seen.firstTime(cred.ends),
  rank,
  rule,
})

const byFirst = (a: Became, b: Became): number =>
  a.first && b.first ? compareMarks(a.first, b.first) : Number(!a.first) - Number(!b.first)
