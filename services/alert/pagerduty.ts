import type { EventKind, Notice } from '#shared/messages/desk.ts'
import type { Severity } from '#shared/messages/finding.ts'
import { inOwnWords } from './ocsf.ts'
import { safe } from './safe.ts'

/**
 * Body of PagerDuty Events API v2, but for its routing key, which the sender adds. One incident here is one there: its handle
 * is the `dedup_key`. Undefined where nothing is to be sent: a trigger would open again what is closed.
 *
 * @see https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ (summary ≤ 1024 characters, dedup_key ≤ 255)
 */
export function pagerDutyBody(notice: Notice): string | undefined {
  const { event, of, incident } = notice
  const event_action = actions[event.kind]
  if (event_action === 'trigger' && of.state === 'closed') return undefined
  const dedup_key = of.handle
  if (event_action !== 'trigger') return JSON.stringify({ event_action, dedup_key })
  return JSON.stringify({
    event_action,
    dedup_key,
    client: 'Keytrail',
    payload: {
      summary: safe(`${incident.severity.toUpperCase()}: ${incident.title}`, 1000),
      source: safe(incident.subject),
      severity: severities[incident.severity],
      timestamp: new Date(event.at).toISOString(),
      component: safe(incident.chain.at(-1)?.principal ?? incident.subject),
      class: incident.findings[0]?.detection ?? 'incident',
      custom_details: { id: event.id, ...inOwnWords(notice) },
    },
  })
}

const actions: Readonly<Record<EventKind, 'trigger' | 'acknowledge' | 'resolve'>> = {
  raised: 'trigger',
  changed: 'trigger',
  reopened: 'trigger',
  acknowledged: 'acknowledge',
  withdrawn: 'resolve',
  merged: 'resolve',
  closed: 'resolve',
}

const severities: Readonly<Record<Severity, 'info' | 'warning' | 'error' | 'critical'>> = {
  info: 'info',
  low: 'info',
  medium: 'warning',
  high: 'error',
  critical: 'critical',
}
