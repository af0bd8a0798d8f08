import type { Verdict } from '#shared/messages/finding.ts'
import type { KeyFacts, SessionFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import { elsewhere, issueRecord, sessionUse } from '../company.ts'

/** How long an issue record may come after the use: CloudTrail delivers unordered. */
const waitMs = 15 * 60_000

/** A temporary credential is used that no record issued, where all of STS is covered. */
export const usedWithoutIssue: Detection = {
  id: 'used-without-issue',
  version: 1,
  title: 'A credential is used that no record issued',
  severity: 'medium',
  attack: ['T1550.001', 'T1606'],
  why: 'In a covered account every role session has its AssumeRole record. One without was minted where we cannot see: in another trail, with a stolen signing key, or its record was kept from us.',
  falseAlarms:
    'Coverage that was declared but is not complete (a region, a trail, a filter); a role whose sessions a service makes without showing it.',
  reads: ['keys'],
  wait: 'until the frontier of the account is 15 min past the first use',
  withdrawnBy: 'The issue record: same key, the promised principal, creationDate within 2 s.',
  judge: (session) =>
    judgeable(session) ? session.keys.flatMap((key) => unexplained(session, key)) : [],
  fires: [
    {
      when: 'the account is covered since before the session was made, and nothing issued it',
      records: [elsewhere(-600), sessionUse('r-1', 60)],
      covers: ['111122223333'],
    },
    {
      when: 'the record that names the key promised another principal',
      records: [elsewhere(-600), sessionUse('r-1', 60), issueRecord(900, 'other-role')],
      covers: ['111122223333'],
    },
  ],
  silent: [
    {
      when: 'nobody said that the account is covered',
      records: [elsewhere(-600), sessionUse('r-1', 60)],
    },
    {
      when: 'the issue record is there',
      records: [elsewhere(-600), sessionUse('r-1', 60), issueRecord(900)],
      covers: ['111122223333'],
    },
    {
      when: 'the session was made before coverage began',
      records: [sessionUse('r-1', 60)],
      covers: ['111122223333'],
    },
  ],
}

/** Only sessions whose issue CloudTrail shows: assumed roles and federated users, not console, SSO, services or functions. */
function judgeable({
  identity,
  console,
  hiddenIssue,
  created,
  coveredFrom,
}: SessionFacts): boolean {
  const shown = identity === 'role' || identity === 'federated'
  return shown && !console && !hiddenIssue && created > 0 && created >= coveredFrom
}

function unexplained({ frontier }: SessionFacts, key: KeyFacts): Verdict[] {
  if (key.key === '' || key.issue || frontier < key.first.at + waitMs) return []
  return [
    {
      unit: key.key,
      severity: 'medium',
      evidence: [key.first],
      says: 'was used, though no record of the covered account issued it',
      credentials: [key.key],
      unknown: ['who made the credential, and when it will expire'],
    },
  ]
}
