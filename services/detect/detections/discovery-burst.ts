import type { Severity, Verdict } from '#shared/messages/finding.ts'
import type { DeniedMark, SessionFacts } from '#shared/messages/session-facts.ts'
import type { Policy } from '#shared/policy.ts'
import type { Detection } from '../detection.ts'
import { bursts, burstsByDay, count, groupBy, minuteMs, span } from '../judging.ts'
import { call, refused, role, times, user } from '../records.ts'

function judge(facts: SessionFacts, { deniedBurst }: Policy): Verdict[] {
  const real = facts.denied.filter((mark) => !mark.settled && isOneCredential(facts, mark))
  return groupBy(real, ({ key }) => key).flatMap(([key, marks]) =>
    burstsByDay(bursts(marks, minuteMs, deniedBurst)).map(([day, denials]) => ({
      unit: `${key} ${day}`.trim(),
      severity: facts.console ? 'low' : weightOf(denials),
      evidence: denials,
      says: `was refused ${count(denials.length, 'time')} within ${span(denials)} (${actionsOf(denials)})`,
      credentials: [key],
    })),
  )
}

/** Without a key id and a creation date many credentials may hide behind one name. */
const isOneCredential = ({ created }: SessionFacts, { key }: DeniedMark): boolean =>
  key !== '' || created > 0

/**
 * One call on one thing, again and again, is a broken job rather than somebody who looks around. Where the thing is not in
 * the record, it may also be somebody who goes through the regions.
 */
function weightOf(denials: readonly DeniedMark[]): Severity {
  const asked = new Set(
    denials.map(({ service, action, target }) => `${service}:${action} ${target}`),
  )
  if (asked.size > 1) return 'high'
  return denials.every(({ target }) => target !== '') ? 'low' : 'medium'
}

function actionsOf(denials: readonly DeniedMark[]): string {
  const actions = groupBy(denials, ({ service, action }) => `${service}:${action}`)
  const [told, more] = [actions.slice(0, 3), actions.length - 3]
  const names = told.map(([name]) => name).join(', ')
  return more > 0 ? `${names} and ${more} more` : names
}

const intruder = role('reader', 'session-1')

export const discoveryBurst: Detection = {
  id: 'discovery-burst',
  version: 1,
  title: 'Many refusals in a minute',
  severity: 'high',
  attack: ['T1580', 'T1552'],
  why: 'Software knows what it may do. Who holds a foreign credential has to try, and is refused again and again.',
  falseAlarms:
    'A job whose permissions were just taken away. One that repeats one call on one thing is low (medium where the record does not say on what), and so are the pages of the console, which ask for all that they could show; denials that a success follows within a minute are a change that settles, and none.',
  reads: ['denied'],
  wait: 'A minute, in which a success may show that a denial was only settling.',
  withdrawnBy: 'Successes of the same calls on the same things within a minute.',
  judge,
  fires: [
    {
      when: 'a fresh role session asks for the passwords of a dozen instances, and is refused',
      records: times(12, (i) =>
        refused('ec2:GetPasswordData', {
          by: intruder,
          at: 60 + Math.floor(i / 3),
          params: { instanceId: `i-0aaaaaaaaaaaaaa${10 + i}` },
        }),
      ),
    },
    {
      when: 'a key tries one service after another',
      records: [
        's3:ListBuckets',
        'iam:ListUsers',
        'iam:ListRoles',
        'ec2:DescribeInstances',
        'rds:DescribeDBInstances',
        'lambda:ListFunctions20150331',
        'secretsmanager:ListSecrets',
        'ssm:DescribeParameters',
        'kms:ListKeys',
        'dynamodb:ListTables',
        'sqs:ListQueues',
      ].map((name, i) => refused(name, { by: user('batch'), at: i * 3 })),
    },
  ],
  silent: [
    {
      when: 'refusals settle: each call succeeds within a minute',
      records: times(12, (i) => [
        refused('iam:TagRole', {
          by: user('deployer'),
          at: i,
          params: { roleName: `stage-${i}` },
        }),
        call('iam:TagRole', {
          by: user('deployer'),
          at: i + 20,
          params: { roleName: `stage-${i}` },
        }),
      ]).flat(),
    },
    {
      when: 'refusals are spread over an hour',
      records: times(20, (i) =>
        refused('s3:GetBucketPolicy', {
          by: user('scanner'),
          at: i * 180,
          params: { bucketName: `bucket-${i}` },
        }),
      ),
    },
    {
      when: 'throttling and absence are no refusals',
      records: times(20, (i) =>
        call('iam:TagRole', {
          by: user('scanner'),
          at: i,
          params: { roleName: `role-${i}` },
          error: i % 2 ? 'ThrottlingException' : 'NoSuchEntityException',
        }),
      ),
    },
    {
      when: 'the denials are of different credentials',
      records: times(12, (i) =>
        refused('ec2:DescribeInstances', { by: user(`person-${i}`), at: i }),
      ),
    },
  ],
}
