import type { Case, Closed, DeskEvent, Notice, Remedy } from '#shared/messages/desk.ts'
import type { Finding, Severity } from '#shared/messages/finding.ts'
import type { Use } from '#shared/messages/use.ts'
import { levels, type Holder, type PathNode } from '#shared/messages/holder.ts'
import { apiActivity, callOf } from './api-activity.ts'
import { cloudOf, headOf, type OcsfEvent } from './head.ts'
import { safe, safeList } from './safe.ts'
import type { Voice } from './voice.ts'

/**
 * Incidents as OCSF 1.8.0 (schema.ocsf.io/1.8.0): API Activity 6003 for the evidence of findings that are new, Detection
 * Finding 2004 for each of these, Remediation Activity 7001 for a step of containment, Incident Finding 2005 for the event. Identifiers, and so the whole, are the same whenever a
 * notice is told again. What OCSF has no attribute for is below `unmapped.keytrail`.
 */
export function ocsfEvents(notice: Notice, voice: Voice): readonly OcsfEvent[] {
  const { event, incident, fresh, evidence = [], of } = notice
  const isFresh = new Set(fresh)
  const findings = incident.findings.filter(({ key }) => isFresh.has(key)).slice(0, freshMax)
  return [
    ...evidence.map((use) => apiActivity(use, of.handle, voice)),
    ...findings.map((finding, n) =>
      detectionFinding(finding, `${event.id}.${n + 1}`, notice, voice),
    ),
    ...(event.remedy ? [remediation(event.remedy, notice, voice)] : []),
    incidentFinding(notice, voice),
  ]
}

/** Bounds of one body: findings told whole, findings named, and evidence of each. */
const freshMax = 10
const namedMax = 20
const evidenceMax = 20
const relatedMax = 5
const credentialsMax = 50
const chainMax = 20

const kinds = { create: 1, update: 2, close: 3 } as const

function detectionFinding(
  finding: Finding,
  uid: string,
  { event, incident, of, evidence: told }: Notice,
  voice: Voice,
): OcsfEvent {
  const { session, principal, credentials, evidence, count, severity } = finding
  const uses = new Map(told?.map((use) => [use.id, use]))
  return {
    ...head(2004, 2, kinds.create, event, severity, voice, uid, incident.id),
    message: safe(`${principal} ${finding.says}`),
    status_id: 1,
    is_alert: true,
    count,
    start_time: finding.first.at,
    end_time: finding.last.at,
    finding_info: findingInfo(finding, of, voice, evidenceMax),
    actor: {
      user: { uid: safe(principal), credential_uid: safe(credentials[0] ?? '') },
      session: { uid: safe(session) },
    },
    evidences: evidence.slice(0, evidenceMax).map(({ id, at }) => evidenceAs(id, at, uses.get(id))),
    resources: resourcesOf(credentials),
    ...cloudOf(accountOf(principal)),
    unmapped: {
      keytrail: {
        holder: holderOf(finding.holder),
        unknown: safeList(finding.unknown, namedMax),
        tags: safeList(finding.tags, namedMax),
        ...(told && { evidence: shownOf(finding, uses) }),
      },
    },
  }
}

/** A record that the finding stands on, with the call if it could be found. */
const evidenceAs = (id: string, at: number, use: Use | undefined) => ({
  uid: safe(id),
  data: { record: safe(id), time: at },
  ...(use && callOf(use)),
})

/** How much of the evidence is told as events of its own, and why not all of it. */
function shownOf({ evidence, count }: Finding, uses: ReadonlyMap<string, Use>) {
  const shown = evidence.filter(({ id }) => uses.has(id)).length
  return {
    records: count,
    shown,
    ...(shown < count && {
      says: 'records that are not shown are too many for one alert, no calls, or not found in the log any more',
    }),
  }
}

function incidentFinding({ event, of, incident }: Notice, voice: Voice): OcsfEvent {
  const { findings } = incident
  const isNew = event.kind === 'raised'
  const activity = isNew ? kinds.create : of.state === 'closed' ? kinds.close : kinds.update
  return {
    ...head(2005, 2, activity, event, incident.severity, voice, event.id, of.handle),
    message: safe(incident.title),
    desc: safe(event.says.join('; ')),
    status_id: statusOf(of),
    is_alert: true,
    count: findings.length,
    start_time: incident.first.at,
    end_time: incident.last.at,
    finding_info_list: findings
      .slice(0, namedMax)
      .map((finding) => findingInfo(finding, of, voice, relatedMax)),
    ...assigneeOf(of),
    ...verdictOf(of.closed),
    ...cloudOf(accountOf(incident.chain.at(-1)?.principal ?? '')),
    unmapped: { keytrail: inOwnWords({ event, of, incident }) },
  }
}

function remediation(remedy: Remedy, { event, of, incident }: Notice, voice: Voice): OcsfEvent {
  const says = safe(event.says.join('; '))
  const uid = `${event.id}.remedy`
  return {
    ...head(7001, 7, activities[remedy.does], event, incident.severity, voice, uid, of.handle),
    command_uid: safe(remedy.command),
    message: says,
    status_id: outcomes[remedy.outcome],
    remediation: { desc: says },
    ...cloudOf(accountOf(incident.chain.at(-1)?.principal ?? '')),
    unmapped: { keytrail: { incident: of.handle, by: safe(event.by) } },
  }
}

const activities = { evict: 2, restore: 3 } as const
const outcomes = { success: 1, failure: 2, partial: 4, pending: 0 } as const

const head = (
  class_uid: number,
  category_uid: number,
  activity_id: number,
  { at: time, revision: sequence }: DeskEvent,
  severity: Severity,
  voice: Voice,
  uid: string,
  handle: string,
) => headOf({ class_uid, category_uid, activity_id, severity, time, uid, handle, sequence }, voice)

function findingInfo(finding: Finding, of: Case, { analytics }: Voice, related: number) {
  const { key, detection, says, first, last, evidence, count } = finding
  const { title = detection, attack = [] } = analytics.get(detection) ?? {}
  return {
    uid: safe(key),
    title: safe(title),
    desc: safe(says),
    types: [detection],
    analytic: { uid: detection, name: safe(title), type_id: 1, type: 'Rule' },
    ...(attack.length > 0 && { attacks: attack.map(attackOf) }),
    created_time: of.raised,
    first_seen_time: first.at,
    last_seen_time: last.at,
    related_events: evidence.slice(0, related).map(({ id }) => ({ uid: safe(id) })),
    related_events_count: count,
  }
}

/** `T1078.004` is a part of `T1078`. */
function attackOf(id: string) {
  const [technique] = id.split('.')
  return id === technique
    ? { technique: { uid: id } }
    : { technique: { uid: technique }, sub_technique: { uid: id } }
}

const resourcesOf = (credentials: readonly string[]) =>
  safeList(credentials, credentialsMax).map((uid) => ({ uid, type: 'AWS access key' }))

/** The account of `111122223333/role/NAME`. */
const accountOf = (principal: string): string => principal.split('/')[0] ?? ''

const assigneeOf = ({ acknowledged }: Case) =>
  acknowledged
    ? { assignee: { name: safe(acknowledged.by) } }
    : { assignee_group: { name: 'nobody yet' } }

const statuses = { open: 1, acknowledged: 2, closed: 5 } as const

function statusOf({ state, closed }: Case): number {
  const byItself = closed?.reason === 'withdrawn' || closed?.reason === 'merged'
  return byItself ? 4 : statuses[state]
}

const verdicts = {
  'false-positive': 1,
  'true-positive': 2,
  benign: 5,
  test: 6,
  'insufficient-data': 7,
  duplicate: 10,
} as const

function verdictOf(closed: Closed | undefined) {
  if (!closed || closed.reason === 'withdrawn' || closed.reason === 'merged') return {}
  return { verdict_id: verdicts[closed.reason], comment: safe(closed.note) }
}

/** What the incident is in the terms of this product. */
export function inOwnWords({ event, of, incident }: Omit<Notice, 'fresh'>) {
  return {
    event: event.kind,
    because: event.because,
    by: safe(event.by),
    says: safeList(event.says, namedMax),
    incident: of.handle,
    revision: event.revision,
    state: of.state,
    severity: incident.severity,
    title: safe(incident.title),
    holder: holderOf(incident.holder),
    credentials: safeList(incident.credentials, credentialsMax),
    chain: incident.chain.slice(0, chainMax).map(nodeOf),
    findings: incident.findings.length,
    ...(of.containment !== undefined && { containment: safe(of.containment) }),
    ...(of.closed && {
      closed: { reason: of.closed.reason, by: safe(of.closed.by), into: safe(of.closed.into) },
    }),
    unknown: safeList(incident.unknown, namedMax),
  }
}

const holderOf = (holder: Holder) =>
  Object.fromEntries(
    levels.map((level) => {
      const { rank, id, rule } = holder[level]
      return [level, { rank, id: id === null ? null : safe(id), rule: safe(rule) }]
    }),
  )

const nodeOf = ({ principal, key, edge }: PathNode) => ({
  principal: safe(principal),
  key: safe(key),
  ...(edge && { record: safe(edge.record), rank: edge.rank }),
})
