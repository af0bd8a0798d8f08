import type { Evidence, Level, Rank } from '#shared/messages/holder.ts'
import { weaker } from '#shared/messages/holder.ts'
import type { Declared, Inherit, Lease } from '#shared/messages/hops.ts'
import type { IssueCopy } from '#shared/messages/use.ts'
import { baseOf } from '#shared/policy.ts'
import type { KeyActor } from './actors.ts'
import { firstOf } from './creds.ts'
import { agentsOf, registrationOf, runtimeAgents } from './registry.ts'
import type { Cred, Session } from './cred.ts'
import type { CorrelateState } from './state.ts'

const given = (level: Level, id: string, rank: Rank, rule: string, record: string): Evidence => ({
  level,
  id,
  rank,
  rule,
  record,
  agent: '',
  from: 'given',
})

/** Where a key comes from and who used it: looked up once for all questions. */
type Origin = {
  readonly issue: IssueCopy | undefined
  readonly inherit: Inherit | undefined
  readonly actors: readonly KeyActor[]
}

/** Everything that says who the credential was given to; whose order means nothing. */
export function evidenceOf(
  state: CorrelateState,
  cred: Cred,
  { issue, inherit, actors }: Origin,
): Evidence[] {
  const direct = [
    ...registered(state, cred, issue),
    ...runtimes(state, cred),
    ...(issue ? markers(state, issue) : []),
    ...sourceIdentities(state, cred),
    ...leases(state, cred),
    ...actorEvidence(actors),
    ...(inherit?.evidence ?? []),
  ]
  return [...direct, ...direct.flatMap((each) => viaTask(state, each))]
}

/** What the parent told about this very issue. */
export const inheritOf = ({ issue, inherits }: Cred): Inherit | undefined =>
  issue && inherits?.find(({ record }) => record === issue.id)

function registered(
  state: CorrelateState,
  { session }: Cred,
  issue: IssueCopy | undefined,
): Evidence[] {
  const { base, named } = agentsOf(state.registry, session.principal)
  const chosen: Rank = issue && namedByIssuer(state, issue) ? 'exact' : 'claimed'
  const say = (agent: string, rank: Rank, rule: string): Evidence[] =>
    holds(state, agent, session)
      ? [given('agent', agent, rank, rule, registrationOf(state.registry, agent))]
      : []
  return [
    ...base.flatMap((agent) => say(agent, 'exact', 'registered on this principal')),
    ...named.flatMap((agent) => say(agent, chosen, 'registered on this session name')),
  ]
}

/** Did the registration hold when the session began? */
function holds(state: CorrelateState, agent: string, session: Session): boolean {
  const since = state.registry.agents.get(agent)?.validFrom ?? -Infinity
  const began =
    session.created || Math.min(...session.creds.map(({ ends }) => state.seen.firstTime(ends)))
  return began >= since
}

function runtimes(state: CorrelateState, cred: Cred): Evidence[] {
  const names = cred.session.instance ? [...cred.scopes, cred.session.instance] : cred.scopes
  const agents = new Set(names.flatMap((name) => runtimeAgents(state.registry, name)))
  return [...agents]
    .filter((agent) => holds(state, agent, cred.session))
    .map((agent) =>
      given(
        'agent',
        agent,
        'exact',
        'AWS names the runtime it was given to',
        registrationOf(state.registry, agent),
      ),
    )
}

/** Was the issue asked for by somebody who may vouch: a configured issuer, an AWS service, an identity provider? */
function fromIssuer(state: CorrelateState, { issue, parent }: IssueCopy): boolean {
  return issue.by === 'service' || issue.by === 'idp' || isIssuer(state, parent)
}

/** The caller of AssumeRoleWithWebIdentity chooses RoleSessionName; SAML takes it from the assertion (STS API Reference). */
const namedByIssuer = (state: CorrelateState, copy: IssueCopy): boolean =>
  fromIssuer(state, copy) && copy.issue.call !== 'AssumeRoleWithWebIdentity'

export const isIssuer = (state: CorrelateState, principal: string): boolean =>
  state.policy.issuers.has(baseOf(principal)) || state.policy.issuers.has(principal)

/** What the caller wrote on the issue: exact only if the caller may vouch (DESIGN §3.1). */
function markers(state: CorrelateState, copy: IssueCopy): Evidence[] {
  const { issue } = copy
  const { tags, sessionName } = state.policy
  const vouched = fromIssuer(state, copy)
  const rank: Rank = vouched ? 'exact' : 'claimed'
  const write =
    (by: boolean) =>
    (level: Level, id: string, rule: string): Evidence =>
      by
        ? given(level, id, 'exact', rule, copy.id)
        : given(level, id, 'claimed', `${rule}, written by the caller`, copy.id)
  const say = write(vouched)
  const sayNamed = write(namedByIssuer(state, copy))
  const tagged = Object.entries(issue.tags).flatMap(([key, value]) =>
    value === ''
      ? []
      : (['task', 'agent', 'human'] as const)
          .filter((level) => tags[level].has(key.toLowerCase()))
          .map((level) => say(level, value, `session tag ${key}`)),
  )
  const name = sessionName?.exec(issue.sessionName)?.groups ?? {}
  const text = Object.fromEntries(described(issue.description))
  return [
    ...tagged,
    ...(['task', 'agent'] as const).flatMap((level) => [
      ...(name[level] ? [sayNamed(level, name[level], 'session name')] : []),
      ...(text[level] ? [sayNamed(level, text[level], 'ScopedSessionDescription')] : []),
    ]),
    ...identity(state, issue.sourceIdentity, rank, copy.id),
  ]
}

/** `task=<id>` and `agent=<id>` in a ScopedSessionDescription. */
function described(text: string): [string, string][] {
  return text
    .split(/[\s,;]+/)
    .map((part) => part.split('='))
    .flatMap(([key = '', value = '']) => (key && value ? [[key.toLowerCase(), value]] : []))
}

/**
 * SourceIdentity names an agent only if such an agent is registered or the writer may vouch, and a human if it is an
 * address; any other word that a caller chose says nothing.
 */
function identity(state: CorrelateState, value: string, rank: Rank, record: string): Evidence[] {
  if (value === '') return []
  const rule = rank === 'exact' ? 'SourceIdentity' : 'SourceIdentity, written by the caller'
  const known = state.registry.agents.has(value)
  if (known || (rank === 'exact' && !value.includes('@')))
    return [given('agent', value, rank, rule, record)]
  return value.includes('@') ? [given('human', value, rank, rule, record)] : []
}

function sourceIdentities(state: CorrelateState, cred: Cred): Evidence[] {
  return cred.sources.flatMap((value) => identity(state, value, 'claimed', firstOf(state, cred).id))
}

/** Leases that reports name; handing on is no new holder, it is a delegate. */
function leases(state: CorrelateState, cred: Cred): Evidence[] {
  const all = cred.reports?.leases ?? []
  return all
    .filter(({ delegatedFrom }) => delegatedFrom === '')
    .flatMap((lease) => {
      const rank = leaseRank(state, lease)
      const rule = rank === 'exact' ? 'leased by a configured issuer' : 'lease reported'
      const task: Evidence = {
        ...given('task', lease.task, rank, rule, lease.id),
        agent: lease.agent,
      }
      return lease.agent === '' ? [task] : [task, given('agent', lease.agent, rank, rule, lease.id)]
    })
}

/** `issuer` is the reporter's own word: where it is known who reported, only that counts. */
export const leaseRank = (state: CorrelateState, { issuer, source }: Lease): Rank =>
  state.policy.issuers.has(source || issuer) ? 'exact' : 'claimed'

function actorEvidence(actors: readonly KeyActor[]): Evidence[] {
  return actors.flatMap(({ task, agent, rank, rule, first }): Evidence[] => {
    const say = { rank, rule, record: first.id, from: 'use' as const }
    return [
      ...(task ? [{ ...say, level: 'task' as const, id: task, agent }] : []),
      ...(agent ? [{ ...say, level: 'agent' as const, id: agent, agent: '' }] : []),
    ]
  })
}

/** What the task itself declares: its agent, and the human for whom it works. */
function viaTask(state: CorrelateState, each: Evidence): Evidence[] {
  if (each.level !== 'task') return []
  const info = state.tasks.get(each.id)?.info
  if (!info) return []
  const say = (level: 'agent' | 'human', declared: Declared): Evidence => ({
    level,
    id: declared.names,
    rank: weaker(each.rank, declaredRank(state, declared)),
    rule: level === 'agent' ? 'the task is declared as its own' : 'on behalf of, as declared',
    record: declared.id,
    agent: '',
    from: each.from,
  })
  return [
    ...info.agents.map((declared) => say('agent', declared)),
    ...info.humans.map((declared) => say('human', declared)),
  ]
}

const declaredRank = (state: CorrelateState, { source }: Declared): Rank =>
  source !== '' && state.policy.issuers.has(source) ? 'exact' : 'claimed'

/** Agents that declared the task as theirs. */
export const agentsOfTask = (state: CorrelateState, task: string): readonly string[] =>
  [...new Set((state.tasks.get(task)?.info?.agents ?? []).map(({ names }) => names))].toSorted()
