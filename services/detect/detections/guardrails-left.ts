import { graver, type Severity, type Verdict } from '#shared/messages/finding.ts'
import type { DeedFact, SessionFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import { byTarget, done, tried, verdictOn } from '../judging.ts'
import { call, refused, role, user } from '../records.ts'

function judge(facts: SessionFacts): Verdict[] {
  const left = byTarget(done(facts, 'guardrail-left')).map(([unit, deeds]) =>
    verdictOn(deeds, { unit, severity: deeds.map(weightOf).reduce(graver) }),
  )
  const attempts = tried(facts, 'guardrail-left')
  if (attempts.length === 0) return left
  const severity: Severity = attempts.some(isRefusedLeaving) ? 'medium' : 'low'
  return [...left, verdictOn(attempts, { unit: 'attempts', severity })]
}

/** An account that leaves takes off all guardrails at once; a policy that is detached takes off one; a block shares nothing by itself. */
const weightOf = (deed: DeedFact): Severity =>
  isLeaving(deed) ? 'critical' : deed.target.startsWith('public-access-block/') ? 'medium' : 'high'

const isLeaving = ({ action }: DeedFact): boolean => action === 'LeaveOrganization'
const isRefusedLeaving = (deed: DeedFact): boolean => isLeaving(deed) && deed.outcome === 'denied'

const worker = role('worker', 'job-7')

export const guardrailsLeft: Detection = {
  id: 'guardrails-left',
  version: 1,
  title: 'Guardrails of the account left',
  severity: 'critical',
  attack: ['T1666', 'T1685'],
  why: 'Outside the organisation no service control policy binds the account and no central trail sees it. Nobody tries this by mistake.',
  falseAlarms: 'An account that is handed over to another organisation leaves once, announced.',
  reads: ['deeds'],
  wait: '',
  withdrawnBy: 'Nothing.',
  judge,
  fires: [
    {
      when: 'a role session tries to leave the organisation, and is refused',
      records: [refused('organizations:LeaveOrganization', { by: worker, at: 10 })],
    },
    {
      when: 'the account leaves the organisation',
      records: [call('organizations:LeaveOrganization', { by: user('alice') })],
    },
    {
      when: 'a service control policy is detached',
      records: [
        call('organizations:DetachPolicy', {
          by: user('alice'),
          params: { policyId: 'p-examplepolicy', targetId: 'ou-exam-ple00001' },
        }),
      ],
    },
    {
      when: 'the block of public buckets is lifted for the whole account',
      records: [
        call('s3:PutAccountPublicAccessBlock', {
          by: user('alice'),
          params: {
            PublicAccessBlockConfiguration: {
              BlockPublicAcls: true,
              BlockPublicPolicy: false,
              IgnorePublicAcls: true,
              RestrictPublicBuckets: false,
            },
          },
        }),
      ],
    },
  ],
  silent: [
    {
      when: 'the block of public buckets is put in place',
      records: [
        call('s3:PutAccountPublicAccessBlock', {
          by: user('alice'),
          params: {
            PublicAccessBlockConfiguration: {
              BlockPublicAcls: true,
              BlockPublicPolicy: true,
              IgnorePublicAcls: true,
              RestrictPublicBuckets: true,
            },
          },
        }),
      ],
    },
    {
      when: 'the organisation is described',
      records: [call('organizations:DescribeOrganization', { by: worker, at: 10 })],
    },
    {
      when: 'a service control policy is attached',
      records: [
        call('organizations:AttachPolicy', {
          by: user('alice'),
          params: { policyId: 'p-examplepolicy', targetId: 'ou-exam-ple00001' },
        }),
      ],
    },
  ],
}
