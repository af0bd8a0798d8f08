import type { Verdict } from '#shared/messages/finding.ts'
import type { KeyFacts, SessionFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import { issueRecord, sessionUse } from '../company.ts'
import { ago } from './used-after-end.ts'

/** AWS lets no temporary credential live longer than 36 hours (GetSessionToken, GetFederationToken). */
const longestMs = 36 * 3_600_000
/** Clocks, and calls that take long: eventTime may lie a little outside. */
const slackMs = 5 * 60_000

/** A temporary credential is used after it expired, or before it was made. */
export const usedOutsideLifetime: Detection = {
  id: 'used-outside-lifetime',
  version: 1,
  title: 'A credential is used outside its lifetime',
  severity: 'medium',
  attack: ['T1550.001'],
  why: 'AWS refuses an expired credential. A success after its end means that a record was changed, that a clock is wrong, or that one key id stands for two credentials.',
  falseAlarms:
    'A clock that is off by more than five minutes; anonymised logs whose times were moved.',
  reads: ['keys'],
  wait: '',
  withdrawnBy: 'An issue record of the same key with a later end.',
  judge: (session) =>
    session.keys.flatMap((key) => [...expired(session, key), ...early(session, key)]),
  fires: [
    {
      when: 'a use ten minutes after the expiry in the issue record',
      records: [issueRecord(900), sessionUse('r-1', 1500)],
    },
    { when: 'a use two days after the session was made', records: [sessionUse('r-1', 172_800)] },
  ],
  silent: [
    { when: 'a use before the expiry', records: [issueRecord(900), sessionUse('r-1', 600)] },
    {
      when: 'a use within the slack of clocks',
      records: [issueRecord(900), sessionUse('r-1', 960)],
    },
  ],
}

function expired({ created }: SessionFacts, key: KeyFacts): Verdict[] {
  const life = created > 0 ? created + longestMs : Infinity
  const end = Math.min(key.expires || Infinity, life)
  if (key.last.at <= end + slackMs) return []
  const issue = key.issue ? [{ at: key.issue.at, id: key.issue.id }] : []
  return [
    {
      unit: `${key.key} expired`,
      severity: 'medium',
      evidence: [...issue, key.last],
      says: `was used ${ago(key.last.at - end)} after it expired`,
      credentials: [key.key],
      unknown: ['whether a clock or a changed record explains it'],
    },
  ]
}

function early({ created }: SessionFacts, key: KeyFacts): Verdict[] {
  if (created === 0 || key.first.at >= created - slackMs) return []
  return [
    {
      unit: `${key.key} early`,
      severity: 'medium',
      evidence: [key.first],
      says: `was used ${ago(created - key.first.at)} before it was made`,
      credentials: [key.key],
      unknown: ['whether a clock or a changed record explains it'],
    },
  ]
}
