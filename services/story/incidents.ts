import { compareMarks } from '#shared/facts/mark.ts'
import { handleFor } from '#shared/messages/desk.ts'
import { graver, severities, type Finding, type Severity } from '#shared/messages/finding.ts'
import type { Incident } from '#shared/messages/incident.ts'
import { clusters, compareFindings } from './clusters.ts'
import { sentence } from './sentence.ts'

/** What incidents need of their root: the handles that it gave. */
type Handles = { readonly key: string; readonly handles: Map<string, string> }

/** The incidents of one lease root, from all findings that belong to its story. */
export const incidentsOf = (root: Handles, members: readonly Finding[]): Incident[] =>
  clusters(members).map((findings) => incidentOf(root, findings))

function incidentOf(root: Handles, findings: readonly Finding[]): Incident {
  const sorted = findings.toSorted(compareFindings)
  const lead = leadOf(sorted)
  const severity = sorted.reduce<Severity>(
    (worst, each) => graver(worst, each.severity),
    combined(sorted),
  )
  const [earliest = lead] = sorted
  return {
    id: handleOf(root, sorted),
    severity,
    title: sentence(lead, sorted),
    subject: lead.subject,
    holder: lead.holder,
    credentials: [
      ...new Set(sorted.flatMap(({ credentials, made = [] }) => [...credentials, ...made])),
    ].toSorted(),
    findings: sorted,
    first: earliest.first,
    last: sorted.map(({ last }) => last).reduce((a, b) => (compareMarks(a, b) >= 0 ? a : b)),
    chain: [
      ...lead.path,
      {
        session: lead.session,
        principal: lead.principal,
        key: lead.credentials[0] ?? '',
        holder: lead.holder,
      },
    ],
    unknown: [...new Set(sorted.flatMap(({ unknown }) => unknown))].toSorted(),
  }
}

/** The finding that the story is told by: the gravest, then the earliest. */
const leadOf = (sorted: readonly Finding[]): Finding =>
  sorted.reduce((lead, each) =>
    severities.indexOf(each.severity) > severities.indexOf(lead.severity) ? each : lead,
  )

/**
 * Declared combinations: two findings of one story that together weigh more than the graver of them. Both tags carry the
 * thing that they meet in, as `word:thing`.
 */
const combinations: readonly (readonly [string, string, Severity])[] = [
  // A command on an instance, and that instance's credential used elsewhere: the command took it.
  ['command-on', 'used-off', 'critical'],
  // A user made, and given admin: a way in for later.
  ['made', 'admin-to', 'critical'],
  // The records of an account weakened, and its secrets or data taken: a theft that hides itself.
  ['blinded', 'taken', 'critical'],
]

function combined(findings: readonly Finding[]): Severity {
  const tags = new Set(findings.flatMap((finding) => finding.tags))
  const things = (word: string): string[] =>
    [...tags].filter((tag) => tag.startsWith(`${word}:`)).map((tag) => tag.slice(word.length + 1))
  return combinations
    .filter(([a, b]) => things(a).some((thing) => tags.has(`${b}:${thing}`)))
    .reduce<Severity>((worst, [, , severity]) => graver(worst, severity), 'info')
}

/** The handle of the first finding that has one; else a new one, from the earliest finding's key. */
function handleOf({ handles }: Handles, findings: readonly Finding[]): string {
  const known = findings.flatMap(({ key }) => handles.get(key) ?? []).toSorted()[0]
  const handle = known ?? handleFor(findings[0]?.key ?? '')
  for (const { key } of findings) handles.set(key, handle)
  return handle
}
