import { account, describeDeeds } from '../records.fixture.ts'

/** A switch of S3's block of public access for the whole account. */
const block = (on: boolean) => ({
  PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: on },
})

describeDeeds('what watches, and what holds back', [
  [
    'macie2:UpdateMacieSession',
    { status: 'PAUSED' },
    [`audit-weakened macie/${account} none none done weakens`],
  ],
  [
    'macie2:UpdateMacieSession',
    { status: 'ENABLED' },
    [`audit-made macie/${account} none none done restores`],
  ],
  ['macie2:UpdateMacieSession', { findingPublishingFrequency: 'ONE_HOUR' }, []],
  [
    'bedrock:DeleteModelInvocationLoggingConfiguration',
    null,
    [`audit-weakened model-invocation-log/${account} none none done weakens`],
  ],
  [
    'bedrock:DeleteGuardrail',
    { guardrailIdentifier: `arn:aws:bedrock:eu-west-1:${account}:guardrail/g1` },
    ['audit-weakened model-guardrail/g1 none none done weakens'],
  ],
  [
    'bedrock:CreateGuardrail',
    { name: 'no-secrets' },
    ['audit-made model-guardrail/g1 none none done neither'],
    { responseElements: { guardrailId: 'g1' } },
  ],
  [
    's3:PutAccountPublicAccessBlock',
    block(false),
    ['guardrail-left public-access-block/buckets none none done weakens'],
  ],
  ['s3:PutAccountPublicAccessBlock', block(true), []],
  [
    'ec2:DisableSnapshotBlockPublicAccess',
    {},
    ['guardrail-left public-access-block/snapshots none none done weakens'],
  ],

  ['logs:PutRetentionPolicy', { logGroupName: '/aws/lambda/audit-job', retentionInDays: 7 }, []],
  [
    'logs:PutRetentionPolicy',
    { logGroupName: '/vpc/flow-logs', retentionInDays: 7 },
    ['audit-weakened log-group/flow-logs none none done weakens'],
  ],
])
