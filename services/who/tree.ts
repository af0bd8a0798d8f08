import { noHolder, type Holder } from '#shared/messages/holder.ts'
import type { Incident } from '#shared/messages/incident.ts'
import type { Other, Tree, TreeNode } from '#shared/messages/tree.ts'
import { lastOf, sessionById } from '#services/correlate/creds.ts'
import { owners } from '#services/correlate/ends.ts'
import { expiryOf, viewKey } from '#services/correlate/keys.ts'
import type { Cred, Session } from '#services/correlate/cred.ts'
import type { CorrelateState } from '#services/correlate/state.ts'
import { byPrincipal } from './by-principal.ts'
import { lookupIn, mintedFrom, type Lookup, type Minted } from './minted.ts'
import { neighbours, type SessionsOf } from './neighbours.ts'
import { touchedBy } from './touched.ts'

/** Nodes of a tree; what is beyond is not shown, and the tree says so. */
const nodesMax = 2_000
/** Others that are shown; so many are never cut by a machine anyway. */
const othersMax = 1_000

type Known = { readonly state: CorrelateState; readonly cred: Cred }

/** What containment looks at. */
export type Trees = {
  /** Of one incident (DESIGN §3.4): the compromised, what made them, and their neighbours. */
  of(incident: Incident): Tree
  /** Does now what the next look would have to do for what came since the last one. */
  catchUp(): void
}

/** A way to look at trees that does not depend on how many credentials there are. */
export function treesIn(states: readonly CorrelateState[]): Trees {
  const found = states.map(byPrincipal)
  const sessionsOf = function* (principal: string): Generator<Session> {
    for (const each of found) yield* each.sessions(principal)
  }
  return {
    of: (incident) => treeOf(states, incident, sessionsOf),
    catchUp: () => found.forEach((each) => each.catchUp()),
  }
}

function treeOf(
  states: readonly CorrelateState[],
  incident: Incident,
  sessionsOf: SessionsOf,
): Tree {
  const lookup = lookupIn(states)
  const roots = rootsOf(states, lookup, incident)
  const grown = grow(states, lookup, roots)
  const inside = new Set(grown.nodes.map(nameOf))
  const makers = makersOf(states, lookup, roots).filter((cred) => !inside.has(credName(cred)))
  const above = grow(
    states,
    lookup,
    new Map(makers.map((cred) => [sightName(cred), { cred, findings: new Set<string>() }])),
  )
  const beyond = above.nodes.filter((node) => !inside.has(nameOf(node)))
  const all = [...grown.nodes, ...beyond]
  return {
    members: grown.nodes.slice(0, nodesMax),
    cut: grown.cut || grown.nodes.length > nodesMax,
    beyond: beyond.slice(0, nodesMax),
    others: othersOf(states, lookup, sessionsOf, all),
  }
}

const nameOf = ({ principal, credential }: Pick<TreeNode, 'principal' | 'credential'>): string =>
  `${principal}|${credential}`
type Root = { readonly cred: Cred; readonly findings: Set<string> }
/** By session and key id. */
type Roots = ReadonlyMap<string, Root>

const sightName = ({ session, key }: Cred): string => `${session.id}|${key}`
const credName = ({ session, key }: Cred): string => `${session.principal}|${key}`

/** Credentials with a standing finding on themselves, each with its findings. */
function rootsOf(states: readonly CorrelateState[], lookup: Lookup, { findings }: Incident): Roots {
  const found = new Map<string, Root>()
  for (const finding of findings)
    for (const cred of credsOf(states, lookup, finding)) {
      const root = found.get(sightName(cred)) ?? { cred, findings: new Set<string>() }
      root.findings.add(finding.key)
      found.set(sightName(cred), root)
    }
  return found
}

/** The key ids that a finding names, as its principal shows them; else what its session shows. */
function credsOf(
  states: readonly CorrelateState[],
  lookup: Lookup,
  { credentials, session, principal }: Incident['findings'][number],
): readonly Cred[] {
  const named = credentials.flatMap(lookup)
  const own = named.filter((cred) => cred.session.principal === principal)
  if (own.length > 0) return own
  if (named.length > 0) return named
  return states.flatMap((state) => sessionById(state, session)?.creds ?? [])
}

type Grown = { readonly nodes: readonly TreeNode[]; readonly cut: boolean }

/** The credentials and everything minted from them, parents first, each once. */
function grow(states: readonly CorrelateState[], lookup: Lookup, roots: Roots): Grown {
  const { minted, cut } = mintedFrom(
    lookup,
    [...roots.values()].map(({ cred }) => cred),
  )
  const edges = new Map<string, Minted>()
  for (const edge of minted)
    if (!edges.has(`${edge.principal}|${edge.to}`)) edges.set(`${edge.principal}|${edge.to}`, edge)
  const nodes = new Map<string, TreeNode>()
  const byKey = new Map<string, TreeNode>()
  const put = (node: TreeNode): void => {
    if (nodes.has(nameOf(node))) return
    nodes.set(nameOf(node), node)
    if (!byKey.has(node.credential)) byKey.set(node.credential, node)
  }
  for (const { cred, findings } of roots.values()) {
    const edge = edges.get(credName(cred))
    put({ ...usedNode(states, cred, edge), findings: [...findings].toSorted() })
  }
  for (const edge of minted) {
    const used = lookup(edge.to).filter(({ session }) => session.principal === edge.principal)
    for (const cred of used) put(usedNode(states, cred, edge))
    if (used.length > 0) continue
    put(unusedNode(states, edge, byKey.get(edge.from)))
  }
  return { nodes: [...nodes.values()], cut }
}

function usedNode(
  states: readonly CorrelateState[],
  cred: Cred,
  edge: Minted | undefined,
): TreeNode {
  const state = stateOf(states, cred)
  if (!state) return bareNode(cred)
  const view = viewKey(state, cred)
  const issue = view.issue
  return {
    credential: cred.key,
    principal: cred.session.principal,
    created: cred.session.created || (issue?.at ?? 0),
    expires: expiryOf(state, view),
    last: lastOf(state, cred).at,
    from: edge?.from ?? issue?.parentKey ?? '',
    maker: issue?.parent ?? '',
    findings: [],
    holder: view.decision.holder,
    refused: refusedOf({ state, cred }),
  }
}

const bareNode = ({ key, session }: Cred): TreeNode => ({
  credential: key,
  principal: session.principal,
  created: session.created,
  expires: 0,
  last: 0,
  from: '',
  maker: '',
  findings: [],
  holder: noHolder,
  refused: [],
})

/** Made, and never seen in use: only its issue tells of it. It is held by whoever holds what made it. */
function unusedNode(
  states: readonly CorrelateState[],
  { to, principal, from, at, kind }: Minted,
  parent: TreeNode | undefined,
): TreeNode {
  const issue = states.flatMap(({ issues }) => issues.get(`${principal}|${to}`) ?? [])[0]
  return {
    credential: to,
    principal,
    created: kind === 'issue' ? at : 0,
    expires: issue?.issue.expires ?? 0,
    last: 0,
    from,
    maker: parent?.principal ?? issue?.parent ?? '',
    findings: [],
    holder: parent?.holder ?? noHolder,
    refused: [],
  }
}

/** What issued the compromised credentials, where records show it. */
function makersOf(
  states: readonly CorrelateState[],
  lookup: Lookup,
  roots: Roots,
): readonly Cred[] {
  const found = new Map<string, Cred>()
  for (const { cred } of roots.values()) {
    const state = stateOf(states, cred)
    const issue = state && viewKey(state, cred).issue
    if (!issue || issue.parentKey === '') continue
    for (const made of lookup(issue.parentKey))
      if (made.session.principal === issue.parent) found.set(sightName(made), made)
  }
  return [...found.values()]
}

/** Who acts as one of these principals with another credential, or may act with one of these keys besides its holder. */
function othersOf(
  states: readonly CorrelateState[],
  lookup: Lookup,
  sessionsOf: SessionsOf,
  nodes: readonly TreeNode[],
): readonly Other[] {
  const inside = new Set(nodes.map(nameOf))
  const principals = new Set(nodes.map(({ principal }) => principal))
  const makers = new Set([...principals, ...nodes.map(({ maker }) => maker)])
  const keys = new Set(nodes.map(({ credential }) => credential).filter((key) => key !== ''))
  const found: Other[] = []
  for (const cred of neighbours(principals, makers, sessionsOf, lookup)) {
    if (found.length >= othersMax) break
    const state = stateOf(states, cred)
    if (!state) continue
    const { session, key } = cred
    const view = viewKey(state, cred)
    const maker = view.issue?.parent ?? ''
    if (session.identity === 'federated' && !makers.has(maker)) continue
    const other = {
      credential: key,
      principal: session.principal,
      maker,
      created: session.created || (view.issue?.at ?? 0),
      expires: expiryOf(state, view),
      last: lastOf(state, cred).at,
    }
    if (!inside.has(nameOf(other))) found.push({ ...other, holder: view.decision.holder, task: '' })
    else if (keys.has(key)) found.push(...besides(state, view, other))
  }
  return sortedOthers(found)
}

/** Tasks that may use a member's credential and do not hold it: they are hurt by its loss. */
function besides(
  state: CorrelateState,
  view: ReturnType<typeof viewKey>,
  other: Omit<Other, 'holder' | 'task'>,
): Other[] {
  const holder: Holder = view.decision.holder
  return owners(state, view)
    .filter((task) => task !== holder.task.id)
    .map((task) => ({ ...other, holder, task }))
}

const sortedOthers = (found: readonly Other[]): readonly Other[] =>
  found.toSorted((a, b) =>
    a.principal === b.principal
      ? compare(`${a.credential}|${a.task}`, `${b.credential}|${b.task}`)
      : compare(a.principal, b.principal),
  )

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const stateOf = (states: readonly CorrelateState[], cred: Cred): CorrelateState | undefined =>
  states.find(({ held }) => cred.isIn(held))

function refusedOf({ state, cred }: Known): readonly string[] {
  const view = viewKey(state, cred)
  return touchedBy([{ state, cred, view }])
    .filter(({ outcomes }) => outcomes.includes('denied'))
    .map(({ service, action }) => `${service}:${action}`)
}
