import type { Finding } from '#shared/messages/finding.ts'
import type { Edge, PathNode } from '#shared/messages/holder.ts'
import type { Incident } from '#shared/messages/incident.ts'
import type { CorrelateState } from '#services/correlate/state.ts'
import { holderOf } from '#services/replay/outcome.ts'
import { chainOf, mintedBelow } from '#services/who/chain.ts'
import type { Minted } from '#services/who/minted.ts'
import { measurability, type Measurable } from './measurable.ts'
import type { Run } from './run-files.ts'

/** RFC 3339 in UTC; null where the time is not known or has no end. */
export const rfc3339 = (at: number): string | null =>
  Number.isFinite(at) ? new Date(at).toISOString() : null

/** All lines of `replay --json`: incidents by (first, subject), then every finding, then the summary. */
export function* jsonLines(run: Run): Generator<string> {
  const { incidents, findings, engine } = run.replayed
  for (const incident of incidents)
    yield JSON.stringify(incidentJson(incident, engine.states.correlate))
  for (const finding of findings) yield JSON.stringify(findingJson(finding))
  yield JSON.stringify(summaryJson(run, measurability(run)))
}

function incidentJson(incident: Incident, states: readonly CorrelateState[]) {
  const { id, severity, title, subject, holder, credentials, findings, first, last } = incident
  return {
    type: 'incident',
    id,
    severity,
    title,
    subject,
    holder: holderOf(holder),
    credentials,
    findings: findings.map(({ detection, severity: own, evidence, count }) => ({
      detection,
      severity: own,
      evidence: evidence.map((mark) => mark.id),
      count,
    })),
    first: rfc3339(first.at),
    last: rfc3339(last.at),
    chain: chainOf(states, incident).map(nodeJson),
    minted: mintedBelow(states, incident).map(mintedJson),
    unknown: incident.unknown,
  }
}

const nodeJson = ({ session, principal, key, holder, edge }: PathNode) => ({
  session,
  principal,
  key,
  holder: holderOf(holder),
  ...(edge && { edge: edgeJson(edge) }),
})

export const edgeJson = ({ record, at, rank, rule }: Edge) => ({
  record,
  at: rfc3339(at),
  rank,
  rule,
})

export const mintedJson = ({ from, to, record, rank, rule, at, kind, principal }: Minted) => ({
  from,
  to,
  record,
  rank,
  rule,
  at: rfc3339(at),
  kind,
  principal,
})

const findingJson = (finding: Finding) => ({
  type: 'finding',
  key: finding.key,
  detection: finding.detection,
  severity: finding.severity,
  says: finding.says,
  subject: finding.subject,
  session: finding.session,
  principal: finding.principal,
  credentials: finding.credentials,
  holder: holderOf(finding.holder),
  evidence: finding.evidence.map(({ id }) => id),
  count: finding.count,
  first: rfc3339(finding.first.at),
  last: rfc3339(finding.last.at),
  unknown: finding.unknown,
})

function summaryJson({ replayed, tally }: Run, { frontiers, notMeasurable }: Measurable) {
  const { counts, unread, skipped, attribution, attributionTask, incidents, hash } = replayed
  return {
    type: 'summary',
    read: counts.read,
    mapped: counts.mapped,
    duplicate: counts.duplicate,
    dead: counts.dead,
    ignored: counts.ignored,
    unread: unread.map(({ path }) => path),
    ...(Object.keys(skipped).length > 0 && { skipped }),
    ...(unread.length > 0 && { unreadReasons: unread.map(({ reason }) => reason) }),
    ...(tally.dead.size > 0 && { deadReasons: Object.fromEntries(tally.dead) }),
    ...(tally.rejected.size > 0 && { rejected: Object.fromEntries(tally.rejected) }),
    attribution,
    attributionTask,
    stamps: { reports: tally.reports, unstamped: tally.unstamped },
    frontiers,
    notMeasurable,
    incidents: incidents.length,
    outcome: hash,
  }
}
