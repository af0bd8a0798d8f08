import { graver, type Severity, type Verdict } from '#shared/messages/finding.ts'
import type { DeedFact, SessionFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import {
  aroundTarget,
  byTarget,
  dayOf,
  done,
  groupBy,
  hourMs,
  isOurs,
  isOwnWork,
  tried,
  verdictOn,
} from '../judging.ts'
import { call, refused, user } from '../records.ts'

function judge(facts: SessionFacts): Verdict[] {
  const weakened = done(facts, 'audit-weakened').filter((deed) => isAudit(facts, deed))
  const light = weakened.filter((deed) => isLight(deed) && !isTeardown(facts, deed))
  const attempts = tried(facts, 'audit-weakened').filter(({ target }) => !isBucket(target))
  return [
    ...byTarget(weakened.filter((deed) => !isLight(deed))).map(([unit, deeds]) =>
      onRecords(facts, unit, deeds),
    ),
    ...groupBy(light, (deed) => `${kindOf(deed)} ${dayOf(deed)}`).map(([unit, deeds]) =>
      verdictOn(deeds, { unit, severity: deeds.map(weightOf).reduce(graver) }),
    ),
    ...(attempts.length > 0 ? [verdictOn(attempts, { unit: 'attempts', severity: 'low' })] : []),
  ]
}

/** One thing that records who did what. What was more than a teardown is told alone. */
function onRecords(facts: SessionFacts, unit: string, deeds: readonly DeedFact[]): Verdict {
  const serious = deeds.filter((deed) => !isTeardown(facts, deed))
  return serious.length > 0
    ? verdictOn(serious, {
        unit,
        severity: 'high',
        tags: serious.map(({ account }) => `blinded:${account}`),
      })
    : verdictOn(deeds, { unit, severity: 'low' })
}

/**
 * What is no record of who did what, but helps to see it, by kind of target. Rules and alarms belong to applications as
 * well, and go with them: those of a day are one finding, and who takes down its own is not raised.
 */
const lighter: Readonly<Record<string, Severity>> = {
  aggregator: 'low',
  alarms: 'low',
  'conformance-pack': 'low',
  'load-balancer': 'low',
  rule: 'low',
  analyzer: 'medium',
  db: 'medium',
  detective: 'medium',
  inspector: 'medium',
  'log-destination': 'medium',
  'log-group': 'medium',
  'model-guardrail': 'medium',
  'query-log': 'medium',
  'web-acl': 'medium',
}

const kindOf = ({ target }: DeedFact): string => target.split('/')[0] ?? ''
const isLight = (deed: DeedFact): boolean => kindOf(deed) in lighter
const weightOf = (deed: DeedFact): Severity => lighter[kindOf(deed)] ?? 'high'

const isBucket = (target: string): boolean => target.startsWith('bucket/')

/** Buckets keep many things: only what a trail writes to is audit. */
const isAudit = ({ targets }: SessionFacts, { account, target }: DeedFact): boolean =>
  !isBucket(target) ||
  (targets[`${account}/${target}`] ?? []).some(
    ({ deed, outcome, about }) =>
      deed === 'audit-made' && outcome === 'done' && about.includes(target),
  )

/** Who takes down its own trail or flow log within the hour hides nothing that was there before; nor its bucket with it. */
const isTeardown = (facts: SessionFacts, deed: DeedFact): boolean =>
  isBucket(deed.target)
    ? deed.action === 'DeleteBucket' &&
      aroundTarget(facts, deed, hourMs).some(
        (each) => each.deed === 'audit-made' && each.at <= deed.at && isOurs(facts, each),
      )
    : isOwnWork(facts, deed, 'audit-made', hourMs)

const alice = user('alice')
const trail = { name: 'org-trail' }

export const auditTampering: Detection = {
  id: 'audit-tampering',
  version: 1,
  title: 'Audit logs weakened',
  severity: 'high',
  attack: ['T1685.002'],
  why: 'Who stops a trail, narrows what it selects or lets its records expire wants that nobody can read what comes next. With secrets or data taken in the same story it is critical.',
  falseAlarms:
    'Moving to another trail, saving money on flow logs. Taking down what the same subject made within the last hour is low, and so is what failed.',
  reads: ['deeds', 'targets'],
  wait: '',
  withdrawnBy: 'Proof that the same subject had made the trail within the hour lowers it.',
  judge,
  fires: [
    {
      when: 'logging of a trail is stopped',
      records: [call('cloudtrail:StopLogging', { by: alice, params: trail })],
    },
    {
      when: 'a trail selects no management events any more',
      records: [
        call('cloudtrail:PutEventSelectors', {
          by: alice,
          params: {
            trailName: 'org-trail',
            eventSelectors: [
              { readWriteType: 'ReadOnly', includeManagementEvents: false, dataResources: [] },
            ],
          },
        }),
      ],
    },
    {
      when: 'records of a trail expire after a day',
      records: [
        call('cloudtrail:CreateTrail', {
          by: user('platform'),
          params: { name: 'audit', s3BucketName: 'audit-records' },
        }),
        call('s3:PutBucketLifecycle', {
          by: alice,
          at: 7200,
          params: {
            bucketName: 'audit-records',
            LifecycleConfiguration: {
              Rule: {
                ID: 'expire',
                Status: 'Enabled',
                Filter: { Prefix: '' },
                Expiration: { Days: 1 },
              },
            },
          },
        }),
      ],
    },
    {
      when: 'what models are asked is no longer logged',
      records: [call('bedrock:DeleteModelInvocationLoggingConfiguration', { by: alice })],
    },
    {
      when: 'an attempt fails (low)',
      records: [
        call('cloudtrail:DeleteTrail', {
          by: alice,
          params: trail,
          error: 'TrailNotFoundException',
        }),
        refused('cloudtrail:StopLogging', { by: alice, at: 5, params: trail }),
      ],
    },
  ],
  silent: [
    {
      when: 'a stack is taken down with the rule that it came with',
      records: [
        call('events:PutRule', { by: alice, params: { name: 'nightly' } }),
        call('events:DeleteRule', { by: alice, at: 900, params: { name: 'nightly' } }),
      ],
    },
    {
      when: 'a trail is made and started',
      records: [
        call('cloudtrail:CreateTrail', {
          by: alice,
          params: { name: 'audit', s3BucketName: 'audit-records' },
        }),
        call('cloudtrail:StartLogging', { by: alice, at: 1, params: { name: 'audit' } }),
      ],
    },
    {
      when: 'records of a trail expire after two years',
      records: [
        call('cloudtrail:CreateTrail', {
          by: user('platform'),
          params: { name: 'audit', s3BucketName: 'audit-records' },
        }),
        call('s3:PutBucketLifecycle', {
          by: alice,
          at: 7200,
          params: {
            bucketName: 'audit-records',
            LifecycleConfiguration: {
              Rule: { ID: 'expire', Status: 'Enabled', Expiration: { Days: 730 } },
            },
          },
        }),
      ],
    },
    {
      when: 'objects of an ordinary bucket expire',
      records: [
        call('s3:PutBucketLifecycle', {
          by: alice,
          params: {
            bucketName: 'build-cache',
            LifecycleConfiguration: {
              Rule: {
                ID: 'expire',
                Status: 'Enabled',
                Filter: { Prefix: '' },
                Expiration: { Days: 1 },
              },
            },
          },
        }),
      ],
    },
    {
      when: 'a trail selects everything again',
      records: [
        call('cloudtrail:PutEventSelectors', {
          by: alice,
          params: {
            trailName: 'org-trail',
            eventSelectors: [
              { readWriteType: 'All', includeManagementEvents: true, dataResources: [] },
            ],
          },
        }),
      ],
    },
  ],
}
