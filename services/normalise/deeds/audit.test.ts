import { account, describeDeeds } from '../records.fixture.ts'

const denied = { errorCode: 'AccessDenied' }

describeDeeds('audit', [
  [
    'cloudtrail:CreateTrail',
    { name: 'org', s3BucketName: 'logs' },
    ['audit-made trail/org none none done neither'],
  ],
  ['cloudtrail:StartLogging', { name: 'org' }, ['audit-made trail/org none none done restores']],
  [
    'cloudtrail:StopLogging',
    { name: `arn:aws:cloudtrail:eu-west-1:${account}:trail/org` },
    ['audit-weakened trail/org none none done weakens'],
  ],
  [
    'cloudtrail:DeleteTrail',
    { name: 'org' },
    ['audit-weakened trail/org none none failed weakens'],
    { errorCode: 'TrailNotFoundException' },
  ],
  [
    'cloudtrail:UpdateTrail',
    { name: 'org', isMultiRegionTrail: false },
    ['audit-weakened trail/org none none done weakens'],
  ],
  [
    'cloudtrail:UpdateTrail',
    { name: 'org', enableLogFileValidation: true },
    ['audit-made trail/org none none done neither'],
  ],
  [
    'cloudtrail:PutEventSelectors',
    {
      trailName: 'org',
      eventSelectors: [{ readWriteType: 'ReadOnly', includeManagementEvents: false }],
    },
    ['audit-weakened trail/org none none done weakens'],
  ],
  [
    'cloudtrail:PutEventSelectors',
    {
      trailName: 'org',
      eventSelectors: [{ readWriteType: 'All', includeManagementEvents: true }],
    },
    ['audit-made trail/org none none done restores'],
  ],
  [
    'cloudtrail:PutEventSelectors',
    {
      trailName: 'org',
      advancedEventSelectors: [
        {
          fieldSelectors: [
            { field: 'eventCategory', equals: ['Management'] },
            { field: 'readOnly', equals: ['true'] },
          ],
        },
      ],
    },
    ['audit-weakened trail/org none none done weakens'],
  ],
  [
    'ec2:DeleteFlowLogs',
    { DeleteFlowLogsRequest: { FlowLogId: { tag: 1, content: 'fl-0example' } } },
    ['audit-weakened flow-log/fl-0example none none done weakens'],
  ],
  [
    's3:PutBucketLifecycle',
    {
      bucketName: 'logs',
      LifecycleConfiguration: { Rule: { Status: 'Enabled', Expiration: { Days: 1 } } },
    },
    ['audit-weakened bucket/logs none none done weakens'],
  ],
  [
    's3:PutBucketLifecycle',
    {
      bucketName: 'logs',
      LifecycleConfiguration: { Rule: [{ Status: 'Disabled', Expiration: { Days: 1 } }] },
    },
    [],
  ],
  [
    's3:PutBucketVersioning',
    { bucketName: 'logs', VersioningConfiguration: { Status: 'Suspended' } },
    ['audit-weakened bucket/logs none none done weakens'],
  ],
  [
    's3:PutBucketLogging',
    { bucketName: 'logs', BucketLoggingStatus: { xmlns: 'x' } },
    ['audit-weakened bucket/logs none none done weakens'],
  ],
  [
    'config:StopConfigurationRecorder',
    { configurationRecorderName: 'default' },
    ['audit-weakened config-recorder/default none none done weakens'],
  ],
  [
    'guardduty:UpdateDetector',
    { detectorId: 'd1', enable: false },
    ['audit-weakened detector/d1 none none done weakens'],
  ],
  [
    'guardduty:UpdateDetector',
    { detectorId: 'd1', enable: true },
    ['audit-made detector/d1 none none done restores'],
  ],
  [
    'securityhub:DisableSecurityHub',
    null,
    [`audit-weakened security-hub/${account} none none done weakens`],
  ],
  [
    'logs:DeleteLogGroup',
    { logGroupName: '/org/cloudtrail' },
    ['audit-weakened log-group/cloudtrail none none done weakens'],
  ],
  ['logs:DeleteLogGroup', { logGroupName: '/aws/lambda/resize' }, []],
  [
    'organizations:LeaveOrganization',
    null,
    [`guardrail-left organization/${account} none none denied weakens`],
    denied,
  ],

  [
    'cloudtrail:PutEventSelectors',
    {
      trailName: 'org',
      advancedEventSelectors: [
        {
          fieldSelectors: [
            { field: 'eventCategory', equals: ['Management'] },
            { field: 'eventSource', notEquals: ['kms.amazonaws.com', 'rdsdata.amazonaws.com'] },
          ],
        },
      ],
    },
    ['audit-made trail/org none none done restores'],
  ],
  [
    'cloudtrail:PutEventSelectors',
    {
      trailName: 'org',
      advancedEventSelectors: [
        {
          fieldSelectors: [
            { field: 'eventCategory', equals: ['Management'] },
            { field: 'eventSource', notEquals: ['kms.amazonaws.com', 'sts.amazonaws.com'] },
          ],
        },
      ],
    },
    ['audit-weakened trail/org none none done weakens'],
  ],
  [
    's3:PutBucketLifecycle',
    {
      bucketName: 'logs',
      LifecycleConfiguration: { Rule: { Status: 'Enabled', Expiration: { Days: 730 } } },
    },
    [],
  ],
])
