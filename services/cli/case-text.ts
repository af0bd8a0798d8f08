import type { Case, DeskEvent } from '#shared/messages/desk.ts'
import { holderOf } from '#services/replay/outcome.ts'
import { incidentText } from './incident-text.ts'
import { rfc3339 } from './report-json.ts'
import { shapes, styled, type Pen } from './styled.ts'
import { clock, plural } from './words.ts'

/** One line of a list. */
export function caseLine(each: Case, pen: Pen): string {
  const { handle, state, incident, changed } = each
  const { severity } = incident
  return pen(
    styled('strong', handle),
    '  ',
    styled(severity, `${shapes[severity]} ${severity.padEnd(8)}`),
    `  ${state.padEnd(12)}  `,
    styled('faint', clock(changed)),
    `  ${incident.title}`,
  )
}

/** One incident with its chain and what happened to it. */
export function caseText(each: Case, events: readonly DeskEvent[], pen: Pen): string[] {
  const { incident, more } = each
  return [
    pen(styled('strong', each.handle), `  ${stateWords(each)}`),
    ...(each.containment === undefined ? [] : [pen(`  Containment: ${each.containment}`)]),
    '',
    ...incidentText(incident, incident.chain, [], pen),
    ...(more > 0 ? [pen(`  … and ${plural(more, 'lighter finding')} more`), ''] : []),
    pen('  What happened'),
    ...events.map((event) => eventLine(event, pen)),
  ]
}

function stateWords({ state, stands, acknowledged, closed }: Case): string {
  const evidence = stands ? '' : ', nothing of it stands any more'
  if (closed) {
    const { reason, by, at, note, into } = closed
    const more = [into === '' ? '' : ` of ${into}`, note === '' ? '' : `: ${note}`].join('')
    return `closed as ${reason} by ${by} at ${clock(at)}${more}${evidence}`
  }
  if (acknowledged)
    return `acknowledged by ${acknowledged.by} at ${clock(acknowledged.at)}${evidence}`
  return `${state}${evidence}`
}

function eventLine({ at, kind, by, says, revision }: DeskEvent, pen: Pen): string {
  const words = says.length > 0 ? `: ${says.join('; ')}` : ''
  return pen(styled('faint', `    ${clock(at)}  ${revision}  `), `${kind} by ${by}${words}`)
}

/** An incident as machines read it. */
export function caseJson(each: Case) {
  const { handle, state, stands, revision, raised, changed, acknowledged, closed, incident } = each
  return {
    type: 'incident',
    id: handle,
    state,
    stands,
    revision,
    severity: incident.severity,
    title: incident.title,
    subject: incident.subject,
    holder: holderOf(incident.holder),
    credentials: incident.credentials,
    findings: incident.findings.length + each.more,
    first: rfc3339(incident.first.at),
    last: rfc3339(incident.last.at),
    raised: rfc3339(raised),
    changed: rfc3339(changed),
    ...(acknowledged && {
      acknowledged: { by: acknowledged.by, at: rfc3339(acknowledged.at) },
    }),
    ...(closed && { closed: { ...closed, at: rfc3339(closed.at) } }),
    ...(each.containment !== undefined && { containment: each.containment }),
  }
}
