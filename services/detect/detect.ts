import { compareMarks, type Mark } from '#shared/facts/mark.ts'
import {
  evidenceMax,
  type Finding,
  type GrantedBy,
  type Verdict,
} from '#shared/messages/finding.ts'
import type { Message, ToDetect } from '#shared/messages/hops.ts'
import type { SessionFacts, TargetDeed } from '#shared/messages/session-facts.ts'
import { Bug } from '#shared/errors.ts'
import type { Step } from '#shared/pipeline/step.ts'
import { ownTarget, type Policy } from '#shared/policy.ts'
import type { Detection } from './detection.ts'

/** One partition of detect: by subject, the sessions that are of interest and the findings that stand on them. */
export type DetectState = {
  readonly subjects: Map<string, Dossier>
  readonly changed: Map<string, SessionFacts>
  /** Sessions that went to another subject: they are said to have moved, never to be withdrawn. */
  readonly moved: ToDetect[]
}

export type Dossier = { readonly sessions: Map<string, Standing> }
type Standing = { readonly facts: SessionFacts; readonly findings: readonly Finding[] }

/**
 * Keyed by subject: judges again what changed, compares with what stands, and says the difference. A finding belongs to
 * (detection, session, unit), so it survives a move to another subject (SEMANTICS D1–D3).
 */
export function detect(
  detections: readonly Detection[],
  policy: Policy,
): Step<DetectState, ToDetect, Message> {
  return {
    name: 'detect',
    initial: () => ({ subjects: new Map(), changed: new Map(), moved: [] }),
    apply: learn,
    flush: (state) => {
      const said = [
        ...state.moved.flatMap((input) => forget(state, input)),
        ...[...state.changed.values()].flatMap((facts) => judge(state, facts, detections, policy)),
      ]
      state.moved.length = 0
      state.changed.clear()
      return said
    },
  }
}

function learn(state: DetectState, input: ToDetect): void {
  if (input.kind === 'moved') {
    state.moved.push(input)
    const waiting = state.changed.get(input.session)
    if (waiting && waiting.revision < input.revision && waiting.subject === input.key)
      state.changed.delete(input.session)
    return
  }
  const waiting = state.changed.get(input.facts.session)
  if (!waiting || waiting.revision < input.facts.revision)
    state.changed.set(input.facts.session, input.facts)
}

/** The session is another subject's now; what stands on it is judged there. */
function forget(state: DetectState, input: ToDetect): Message[] {
  if (input.kind !== 'moved') return []
  const dossier = state.subjects.get(input.key)
  const standing = dossier?.sessions.get(input.session)
  if (!dossier || !standing || standing.facts.revision >= input.revision) return []
  dossier.sessions.delete(input.session)
  if (dossier.sessions.size === 0) state.subjects.delete(input.key)
  // Half a step before the new subject's verdict at the same position: whatever that says, it stands.
  const revision = input.revision - 0.5
  return [
    ...standing.findings.map(({ key }): Message => ({
      to: 'effects',
      kind: 'finding.gone',
      key,
      revision,
      movedTo: input.leaseRoot,
    })),
    ...(standing.findings.length > 0
      ? [toStory(standing.facts.leaseRoot, input.session, revision, [])]
      : []),
  ]
}

function judge(
  state: DetectState,
  facts: SessionFacts,
  detections: readonly Detection[],
  policy: Policy,
): Message[] {
  const dossier = state.subjects.get(facts.subject) ?? { sessions: new Map<string, Standing>() }
  state.subjects.set(facts.subject, dossier)
  const before = dossier.sessions.get(facts.session)
  if (before && before.facts.revision >= facts.revision) return []
  const findings = detections.flatMap((detection) =>
    detection.judge(facts, policy).map((verdict) => findingOf(detection, facts, verdict)),
  )
  dossier.sessions.set(facts.session, { facts, findings })
  return difference(before, { facts, findings })
}

/** What was raised, changed and withdrawn, for the effects; and the whole set for the story. */
function difference(before: Standing | undefined, now: Standing): Message[] {
  const { facts, findings } = now
  const { revision, session, leaseRoot } = facts
  const kept = new Set(findings.map(({ key }) => key))
  const gone = (before?.findings ?? []).filter(({ key }) => !kept.has(key))
  const out: Message[] = [
    ...gone.map(({ key }): Message => ({
      to: 'effects',
      kind: 'finding.gone',
      key,
      revision,
      movedTo: '',
    })),
    ...findings.map((finding): Message => ({
      to: 'effects',
      kind: 'finding',
      key: finding.key,
      finding,
      revision,
    })),
  ]
  const alarming = findings.filter(({ severity }) => severity !== 'info')
  const oldRoot = before?.facts.leaseRoot
  if (oldRoot !== undefined && oldRoot !== leaseRoot)
    out.push(toStory(oldRoot, session, revision, []))
  if (alarming.length > 0 || (before?.findings.length ?? 0) > 0)
    out.push(toStory(leaseRoot, session, revision, alarming))
  return out
}

const toStory = (
  key: string,
  session: string,
  revision: number,
  findings: readonly Finding[],
): Message => ({ to: 'story', kind: 'findings', key, session, revision, findings })

function findingOf(detection: Detection, facts: SessionFacts, verdict: Verdict): Finding {
  const evidence = distinct(verdict.evidence)
  const first = evidence[0]
  const last = evidence.at(-1)
  if (!first || !last) throw new Bug(`detection ${detection.id} gave a verdict without evidence`)
  const keys = verdict.credentials ?? facts.keys.map(({ key }) => key)
  return {
    key: `${detection.id}|${facts.session}|${verdict.unit}`,
    detection: detection.id,
    session: facts.session,
    subject: facts.subject,
    leaseRoot: facts.leaseRoot,
    severity: verdict.severity,
    says: verdict.says,
    first,
    last,
    evidence: evidence.slice(0, evidenceMax),
    count: verdict.count ?? evidence.length,
    credentials: [...new Set(keys.filter((key) => key !== ''))].toSorted(),
    ...(verdict.made && { made: [...new Set(verdict.made)].toSorted() }),
    holder: facts.holder,
    path: facts.path,
    principal: facts.principal,
    grants: [...new Set(verdict.grants ?? [])].toSorted(),
    grantedBy: grantsTo(facts),
    joins: verdict.joins ?? '',
    tags: [...new Set(verdict.tags ?? [])].toSorted(),
    unknown: verdict.unknown ?? [],
    ...(verdict.never && { never: verdict.never }),
  }
}

const distinct = (marks: readonly Mark[]): Mark[] => {
  const sorted = marks.map(({ at, id }) => ({ at, id })).toSorted(compareMarks)
  return sorted.filter((mark, i) => i === 0 || compareMarks(mark, sorted[i - 1] ?? mark) !== 0)
}

/** Deeds of others that gave this session's principal its power. */
function grantsTo(facts: SessionFacts): GrantedBy[] {
  const deeds = facts.targets[ownTarget(facts.principal)] ?? []
  return deeds
    .filter((deed) => deed.leaseRoot !== facts.leaseRoot && givesPower(deed))
    .map(({ leaseRoot, at, id }) => ({ leaseRoot, at, id }))
}

const powerful = new Set([
  'key-created',
  'password-set',
  'admin-granted',
  'policy-granted',
  'trust-opened',
  'user-created',
])
const givesPower = ({ deed, outcome }: TargetDeed): boolean =>
  outcome === 'done' && powerful.has(deed)
