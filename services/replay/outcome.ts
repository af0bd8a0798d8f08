import { createHash } from 'node:crypto'
import { canonicalise } from '#shared/facts/canonical.ts'
import type { Finding } from '#shared/messages/finding.ts'
import { levels, type Holder } from '#shared/messages/holder.ts'
import type { Incident } from '#shared/messages/incident.ts'

/** What the records mean, and nothing of how they came (SEMANTICS G1). */
export function outcomeOf(incidents: readonly Incident[]): unknown[] {
  const told = incidents.map((incident) => ({
    subject: incident.subject,
    credentials: [...incident.credentials],
    severity: incident.severity,
    sentence: incident.title,
    holder: holderOf(incident.holder),
    findings: incident.findings
      .map(findingOf)
      .toSorted((a, b) => order(canonicalise(a), canonicalise(b))),
    first: incident.first.at,
  }))
  return told
    .toSorted(
      (a, b) =>
        a.first - b.first || order(a.subject, b.subject) || order(canonicalise(a), canonicalise(b)),
    )
    .map(({ first: _, ...rest }) => rest)
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const findingOf = ({ detection, severity, evidence }: Finding) => ({
  detection,
  severity,
  evidence: evidence.map(({ id }) => id),
})

export const holderOf = (holder: Holder) =>
  Object.fromEntries(
    levels.map((level) => {
      const { rank, id, candidates, rule } = holder[level]
      return [level, { rank, id, candidates: [...candidates], rule }]
    }),
  )

/** `sha256:` and the hash of the outcome's RFC 8785 JSON. */
export const outcomeHash = (outcome: readonly unknown[]): string =>
  `sha256:${createHash('sha256').update(canonicalise(outcome)).digest('hex')}`
