import type { Case, Closed, DeskEvent, Notice, Remedy } from '#shared/messages/desk.ts'
import type { Finding, Severity } from '#shared/messages/finding.ts'
import { levels, type Holder, type PathNode } from '#shared/messages/holder.ts'
import { safe, safeList } from './safe.ts'
import type { Voice } from './voice.ts'

/**
 * Incidents as OCSF 1.8.0 (schema.ocsf.io/1.8.0): Detection Finding 2004 for each finding that is new, Remediation Activity
 * 7001 for a step of containment, Incident Finding 2005 for the event. Identifiers, and so the whole, are the same whenever a
 * notice is told again. What OCSF has no attribute for is below `unmapped.keytrail`.
 */
export function ocsfEvents(notice: Notice, voice: Voice): readonly OcsfEvent[] {
  const { event, incident, fresh } = notice
  const isFresh = new Set(fresh)
  const findings = incident.findings.filter(({ key }) => isFresh.has(key)).slice(0, freshMax)
  return [
    ...findings.map((finding, n) =>
      detectionFinding(finding, `${event.id}.${n + 1}`, notice, voice),
    ),
    ...(event.remedy ? [remediation(event.remedy, notice, voice)] : []),
    incidentFinding(notice, voice),
  ]
}

export type OcsfEvent = Readonly<Record<string, unknown>> & {
  readonly class_uid: number
  readonly metadata: { readonly uid: string }
}

/** Bounds of one body: findings told whole, findings named, and evidence of each. */
const freshMax = 10
const namedMax = 20
const evidenceMax = 20
const relatedMax = 5
const credentialsMax = 50
const chainMax = 20

export const severityIds: Readonly<Record<Severity, number>> = {
  info: 1,
  low: 2,
  medium: 3,
  high: 4,
  critical: 5,
}

const kinds = { create: 1, update: 2, close: 3 } as const

function detectionFinding(
  finding: Finding,
  uid: string,
  { event, incident, of }: Notice,
  voice: Voice,
): OcsfEvent {
  const { session, principal, credentials, evidence, count, severity } = finding
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
    evidences: evidence
      .slice(0, evidenceMax)
      .map(({ id, at }) => ({ uid: safe(id), data: { record: safe(id), time: at } })),
    resources: resourcesOf(credentials),
    ...cloudOf(principal),
    unmapped: {
      keytrail: {
        holder: holderOf(finding.holder),
        unknown: safeList(finding.unknown, namedMax),
        tags: safeList(finding.tags, namedMax),
      },
    },
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
    ...cloudOf(incident.chain.at(-1)?.principal ?? ''),
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
    ...cloudOf(incident.chain.at(-1)?.principal ?? ''),
    unmapped: { keytrail: { incident: of.handle, by: safe(event.by) } },
  }
}

const activities = { evict: 2, restore: 3 } as const
const outcomes = { success: 1, failure: 2, partial: 4, pending: 0 } as const

/** What every class requires, and what tells repeats and belongings. */
function head(
  class_uid: number,
  category_uid: number,
  activity_id: number,
  event: DeskEvent,
  severity: Severity,
  { version }: Voice,
  uid: string,
  handle: string,
) {
  return {
    class_uid,
    category_uid,
    activity_id,
    type_uid: class_uid * 100 + activity_id,
    severity_id: severityIds[severity],
    severity: severity === 'info' ? 'Informational' : capital(severity),
    time: event.at,
    metadata: {
      version: '1.8.0',
      uid,
      correlation_uid: handle,
      sequence: event.revision,
      profiles: ['cloud'],
      product: { name: 'Keytrail', vendor_name: 'Keytrail', version },
    },
  }
}

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

/** Account of `111122223333/role/NAME`. */
function cloudOf(principal: string) {
  const [account = ''] = principal.split('/')
  const known = /^\d{12}$/.test(account)
  return { cloud: { provider: 'AWS', ...(known && { account: { uid: account } }) } }
}

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

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
