import type { Declared, Delegate, Inherit } from '#shared/messages/hops.ts'
import {
  noHolder,
  weaker,
  type Evidence,
  type Holder,
  type PathNode,
} from '#shared/messages/holder.ts'
import type { ActorFacts, KeyFacts } from '#shared/messages/session-facts.ts'
import type { IssueCopy } from '#shared/messages/use.ts'
import { actorsOfKey, type KeyActor } from './actors.ts'
import { firstOf, lastOf } from './creds.ts'
import { delegatesOf, provenAgent, speaksForHolder } from './delegates.ts'
import { endOf } from './ends.ts'
import { agentsOfTask, evidenceOf, inheritOf, isIssuer, leaseRank } from './evidence.ts'
import { decide, type Decision } from './holder.ts'
import { isNamedBy, maySpeak, onTime } from './registry.ts'
import type { Cred } from './cred.ts'
import type { Bequest } from './rich.ts'
import type { CorrelateState } from './state.ts'

/** What a key's facts come to right now. */
export type KeyView = {
  readonly cred: Cred
  readonly issue: IssueCopy | undefined
  readonly inherit: Inherit | undefined
  readonly evidence: readonly Evidence[]
  readonly decision: Decision
  /** The same from who was given the key alone: somebody is foreign as a task only to what was given. */
  readonly given: Decision
  readonly delegates: readonly Delegate[]
  readonly actors: readonly KeyActor[]
}

export function viewKey(state: CorrelateState, cred: Cred): KeyView {
  const { issue } = cred
  const inherit = inheritOf(cred)
  const actors = actorsOfKey(state, cred)
  const evidence = evidenceOf(state, cred, { issue, inherit, actors })
  const agentOf = (task: string): readonly string[] => agentsOfTask(state, task)
  const decision = decide(evidence, agentOf)
  const known = evidence.filter(({ from }) => from === 'given')
  const given = known.length === evidence.length ? decision : decide(known, agentOf)
  return {
    cred,
    issue,
    inherit,
    evidence,
    decision,
    given,
    delegates: delegatesOf(state, cred, inherit, { decision, given }),
    actors,
  }
}

/** Who holds a key; most keys of most logs have no evidence at all, which one look tells. */
export function holderOf(state: CorrelateState, cred: Cred): Holder {
  const { reports, issue, rich, sources, scopes } = cred
  const silent = !reports && !issue && !rich && sources.length === 0 && scopes.length === 0
  return silent && state.registry.agents.size === 0
    ? noHolder
    : viewKey(state, cred).decision.holder
}

/** Tasks that the key's evidence names, and those above its actors: what is declared of them matters here. */
export function tasksOf(
  state: CorrelateState,
  { evidence, delegates, actors }: KeyView,
): Set<string> {
  const named = new Set(delegates.map(({ task }) => task))
  for (const { level, id } of evidence) if (level === 'task') named.add(id)
  for (const task of actors.flatMap(({ among }) => among)) {
    named.add(task)
    for (const { names } of state.tasks.get(task)?.info?.ancestors ?? []) named.add(names)
  }
  return named
}

/** When the key expires: as its issue says, else as a lease from a configured issuer says; 0 unknown. */
export function expiryOf(state: CorrelateState, { cred, issue }: KeyView): number {
  if (issue?.issue.expires) return issue.issue.expires
  const leased = (cred.reports?.leases ?? [])
    .filter((lease) => lease.expires > 0 && leaseRank(state, lease) === 'exact')
    .map(({ expires }) => expires)
  return leased.length > 0 ? Math.max(...leased) : 0
}

export function keyFacts(state: CorrelateState, view: KeyView): KeyFacts {
  const { cred, issue, decision } = view
  const ended = endOf(state, view)
  return {
    key: cred.key,
    first: firstOf(state, cred),
    last: lastOf(state, cred),
    holder: decision.holder,
    ...(issue && {
      issue: { at: issue.at, id: issue.id, call: issue.issue.call, by: issue.issue.by },
    }),
    expires: expiryOf(state, view),
    ...(ended && { ended }),
  }
}

/** The key's place in its chain, below its ancestors. */
export function nodeOf({ cred, issue, inherit, decision }: KeyView): PathNode {
  return {
    session: cred.session.id,
    principal: cred.session.principal,
    key: cred.key,
    holder: decision.holder,
    ...(issue &&
      inherit && {
        edge: {
          record: issue.id,
          at: issue.at,
          rank: 'exact' as const,
          rule: `${issue.issue.call}: the record names the new key`,
        },
      }),
  }
}

/**
 * How deep a chain may grow; deeper children stand for themselves. They are told so, because what they were told before may
 * have been true then. In a circle of issues everybody ends below everybody, so all of them are too deep.
 */
const depthMax = 32

/** What this key tells the children that it minted; the same for all of them but for the child's own name. */
export function bequest(state: CorrelateState, view: KeyView): Bequest {
  const { cred, decision } = view
  const above = view.inherit?.path ?? []
  const depth = (view.inherit?.depth ?? 0) + 1
  const issuer = isIssuer(state, cred.session.principal)
  if (depth > depthMax) return tooDeep(cred.session.id, issuer)
  return {
    from: cred.session.id,
    path: [...above, nodeOf(view)],
    depth,
    issuer,
    delegates: issuer ? [] : view.delegates,
    evidence: issuer ? [] : decision.won.map(inherited),
    signature: signatureOf(view),
  }
}

const tooDeep = (from: string, issuer: boolean): Bequest => ({
  from,
  path: [],
  depth: depthMax + 1,
  issuer,
  delegates: [],
  evidence: [],
  signature: 'too deep',
})

/** A text that changes whenever what a key tells its children does: all of it follows from these. */
function signatureOf({ issue, inherit, decision, delegates }: KeyView): string {
  const won = decision.won.map(
    ({ level, id, rank, rule, record }) => `${level} ${id} ${rank} ${rule} ${record}`,
  )
  return `${inherit?.signature ?? ''}\n${issue?.id ?? ''}\n${won.join('\n')}\n${delegates.map(({ task, received, agents }) => `${task} ${received} ${agents.join(',')}`).join(' ')}`
}

/** A child's candidate: the weaker of the parent's rank and the edge's, which AWS itself wrote. */
const inherited = (each: Evidence): Evidence => ({
  ...each,
  rank: weaker(each.rank, 'exact'),
  rule: each.rule.startsWith('its parent: ') ? each.rule : `its parent: ${each.rule}`,
})

export function actorFacts(state: CorrelateState, view: KeyView): ActorFacts[] {
  return view.actors.map((actor) => {
    const { excuse, claimedExcuse } = bestExcuse(
      actor.among.map((task) => excuseOf(state, view, { ...actor, task })),
    )
    return {
      key: view.cred.key,
      task: actor.task,
      agent: actor.agent,
      rank: actor.rank,
      rule: actor.rule,
      first: actor.first,
      last: actor.last,
      marks: actor.marks,
      sure: isSure(state, view, actor),
      foreign: excuse === '' ? foreignAt(state, view, actor) : '',
      excuse,
      claimedExcuse,
      root: rootOfTask(state, actor.task),
    }
  })
}

/**
 * Is it more than one source's word that he made the use (DESIGN §3.6)? Anybody who reads CloudTrail can report another's
 * request as his own. So it is, if a configured issuer says it; or if it was said sooner than CloudTrail tells anybody, and the
 * holder's side agrees: by saying it itself, or by reporting its calls with this credential, and not this one.
 */
function isSure(state: CorrelateState, view: KeyView, actor: KeyActor): boolean {
  if (actor.rank !== 'corroborated') return false
  if (actor.sources.some((source) => state.policy.issuers.has(source))) return true
  const owner = provenAgent(view)
  if (owner === null || actor.prompt.length === 0) return false
  const isOurs = (source: string): boolean => isNamedBy(state.registry, owner, source)
  if (actor.prompt.some(isOurs)) return true
  return view.actors.some(
    ({ agent, rank, sources }) =>
      agent === owner && rank === 'corroborated' && sources.some(isOurs),
  )
}

function rootOfTask(state: CorrelateState, task: string): string {
  const roots = state.tasks.get(task)?.info?.roots ?? []
  return roots.length === 1 ? (roots[0] ?? '') : ''
}

/** The level at which a known actor is not the holder. Ambiguous or no holder: nobody is foreign. */
function foreignAt(
  state: CorrelateState,
  { decision, given }: KeyView,
  actor: KeyActor,
): ActorFacts['foreign'] {
  const agents = actor.agent ? [actor.agent] : agentsOfTask(state, actor.task)
  const owner = decision.holder.agent.id
  const otherAgent = owner !== null && agents.length > 0 && !agents.includes(owner)
  if (otherAgent) return 'agent'
  return given.holder.task.id !== null && isNamed(actor.task) ? 'task' : ''
}

/** Tasks that only a trace or a conversation stands for are in no lease's name space: as tasks they are never foreign. */
const isNamed = (task: string): boolean =>
  task !== '' && !task.startsWith('trace:') && !task.startsWith('session:')

type Excuse = { readonly excuse: string; readonly claimedExcuse: string }
const none: Excuse = { excuse: '', claimedExcuse: '' }

/** Of the tasks that an actor may be, one that may use the key is enough. */
const bestExcuse = (excuses: readonly Excuse[]): Excuse =>
  excuses.find(({ excuse }) => excuse !== '') ??
  excuses.find(({ claimedExcuse }) => claimedExcuse !== '') ??
  none

/** May this actor use the key? Declarations count only from who may speak for the holder's agent, and in time (SEMANTICS A7). */
function excuseOf(state: CorrelateState, view: KeyView, actor: KeyActor): Excuse {
  const { holder } = view.decision
  const task = view.given.holder.task.id
  if (task === null) return excuseByAgent(state, holder.agent.id, actor)
  if (actor.task === task) return { excuse: 'own', claimedExcuse: '' }
  const handedTo = view.delegates.some(
    (each) => each.task === actor.task && onTime(each.received, actor.first.at),
  )
  if (handedTo) return { excuse: 'delegated', claimedExcuse: '' }
  const counts = (declared: Declared): boolean =>
    speaksForHolder(state, view, task, declared.source) && onTime(declared.received, actor.first.at)
  const parents = (state.tasks.get(actor.task)?.info?.ancestors ?? []).filter(
    ({ names }) => names === task,
  )
  const handed = (state.tasks.get(task)?.info?.handOffs ?? []).filter(
    ({ names }) => names === actor.task || (actor.agent !== '' && names === actor.agent),
  )
  if (parents.some(counts)) return { excuse: 'sub-task', claimedExcuse: '' }
  if (handed.some(counts)) return { excuse: 'hand-off', claimedExcuse: '' }
  if (parents.length > 0) return { excuse: '', claimedExcuse: 'sub-task' }
  if (handed.length > 0) return { excuse: '', claimedExcuse: 'hand-off' }
  return none
}

/** A key that only an agent holds: its own tasks may use it, and their declared sub-tasks, whoever runs them. */
function excuseByAgent(state: CorrelateState, agent: string | null, actor: KeyActor): Excuse {
  if (agent === null) return none
  const counts = ({ source, received }: Declared): boolean =>
    maySpeak(state.registry, agent, source) && onTime(received, actor.first.at)
  const { agents = [], ancestors = [] } = state.tasks.get(actor.task)?.info ?? {}
  const its = agents.filter(({ names }) => names === agent)
  if (actor.agent === agent || its.some(counts)) return { excuse: 'own', claimedExcuse: '' }
  const above = ancestors.filter(({ names }) => agentsOfTask(state, names).includes(agent))
  if (above.some(counts)) return { excuse: 'sub-task', claimedExcuse: '' }
  if (its.length > 0) return { excuse: '', claimedExcuse: 'own task' }
  return above.length > 0 ? { excuse: '', claimedExcuse: 'sub-task' } : none
}
