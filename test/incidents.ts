import { memoryDesk } from '#infra/memory/desk.ts'
import type { Notice } from '#shared/messages/desk.ts'
import type { Finding, Severity } from '#shared/messages/finding.ts'
import { graver } from '#shared/messages/finding.ts'
import { noHolder, type Holder } from '#shared/messages/holder.ts'
import type { Incident } from '#shared/messages/incident.ts'
import type { Desk } from '#shared/ports/desk.ts'
import type { Changes } from '#shared/ports/effects.ts'
import type { Recall } from '#services/desk/evidence.ts'
import { frontDesk, type FrontDesk } from '#services/desk/front.ts'

/** Findings and incidents made by hand, and a desk that hears of them. */

const principal = '111122223333/role/deploy/run-7'

export function findingOf(key: string, more: Partial<Finding> = {}): Finding {
  const at = more.first?.at ?? Date.UTC(2026, 4, 4, 9)
  return {
    key,
    detection: 'secret-harvest',
    session: 'run-7',
    subject: `principal:${principal}`,
    leaseRoot: 'run-7',
    severity: 'medium',
    says: 'read 12 secrets in 4 s',
    first: { at, id: `record-${key}` },
    last: { at, id: `record-${key}` },
    evidence: [{ at, id: `record-${key}` }],
    count: 1,
    credentials: ['ASIAEXAMPLE00000001'],
    holder: noHolder,
    path: [],
    principal,
    grants: [],
    grantedBy: [],
    joins: '',
    tags: [],
    unknown: [],
    ...more,
  }
}

export function incidentOf(findings: readonly Finding[], more: Partial<Incident> = {}): Incident {
  const [lead = findingOf('none')] = findings
  return {
    id: 'as-the-story-named-it',
    severity: findings.reduce<Severity>((worst, each) => graver(worst, each.severity), 'low'),
    title: `Key ASIAEXAMPLE00000001 of role deploy (run-7) ${lead.says}.`,
    subject: lead.subject,
    holder: lead.holder,
    credentials: [...new Set(findings.flatMap(({ credentials }) => credentials))].toSorted(),
    findings,
    first: lead.first,
    last: findings.at(-1)?.last ?? lead.last,
    chain: [
      { session: lead.session, principal, key: lead.credentials[0] ?? '', holder: lead.holder },
    ],
    unknown: [],
    ...more,
  }
}

export const heldBy = (agent: string): Holder => ({
  ...noHolder,
  agent: { rank: 'exact', id: agent, candidates: [agent], rule: 'registered on this principal' },
})

export const holdMs = 60_000

/** A desk, what was sent from it, and its rows. */
export function deskAt(desk: Desk = memoryDesk(), recall?: Recall) {
  const sent: Notice[] = []
  const front: FrontDesk = frontDesk({
    desk,
    send: (notices) => void sent.push(...notices),
    ...(recall && { recall }),
  })
  const standing = new Map<string, readonly Incident[]>()
  /** What the roots tell at a second; gives what was sent, as `KIND HANDLE: WORDS`. */
  const hear = (
    second: number,
    told: Readonly<Record<string, readonly Incident[]>>,
    because: Changes['because'] = 'records',
  ): string[] => {
    const from = sent.length
    const incidents = Object.entries(told).map(([root, now]) => {
      const before = standing.get(root) ?? []
      standing.set(root, now)
      return { root, before, now }
    })
    const tick = { at: second * 1000, holdMs }
    if (incidents.length > 0) front.hear({ incidents, because }, tick)
    else front.tick(tick)
    return sent.slice(from).map(wordsOf)
  }
  return { desk, front, sent, hear }
}

export const wordsOf = ({ event: { kind, handle, says } }: Notice): string =>
  `${kind} ${handle}${says.length > 0 ? `: ${says.join('; ')}` : ''}`
