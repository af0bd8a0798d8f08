import { account, describeDeeds, stranger } from '../records.fixture.ts'

const sharing = (principal: unknown, condition?: unknown): unknown => ({
  Statement: [
    {
      Effect: 'Allow',
      Principal: principal,
      Action: ['s3:GetObject'],
      Resource: '*',
      ...(condition !== undefined && { Condition: condition }),
    },
  ],
})
const themRoot = `arn:aws:iam::${stranger}:root`

describeDeeds('sharing', [
  [
    'ec2:ModifySnapshotAttribute',
    { snapshotId: 'snap-1', createVolumePermission: { add: { items: [{ userId: stranger }] } } },
    [`shared-outside snapshot/snap-1 outside:${stranger} some done weakens`],
  ],
  [
    'ec2:ModifySnapshotAttribute',
    { snapshotId: 'snap-1', createVolumePermission: { add: { items: [{ userId: account }] } } },
    [],
  ],
  [
    'ec2:ModifyImageAttribute',
    { imageId: 'ami-1', launchPermission: { add: { items: [{ group: 'all' }] } } },
    ['shared-outside image/ami-1 everyone:* some done weakens'],
  ],
  [
    'ec2:ModifyImageAttribute',
    { imageId: 'ami-1', launchPermission: { remove: { items: [{ userId: stranger }] } } },
    ['shared-outside image/ami-1 none none done restores'],
  ],
  [
    'rds:ModifyDBSnapshotAttribute',
    { dBSnapshotIdentifier: 's', attributeName: 'restore', valuesToAdd: [stranger] },
    [`shared-outside db-snapshot/s outside:${stranger} some done weakens`],
  ],
  [
    'rds:ModifyDBSnapshotAttribute',
    { dBSnapshotIdentifier: 's', attributeName: 'restore', valuesToRemove: [stranger] },
    ['shared-outside db-snapshot/s none none done restores'],
  ],
  [
    's3:PutBucketPolicy',
    { bucketName: 'b', bucketPolicy: sharing({ AWS: themRoot }) },
    [`shared-outside bucket/b outside:${stranger} some done weakens`],
  ],
  [
    's3:PutBucketPolicy',
    { bucketName: 'b', bucketPolicy: sharing('*') },
    ['shared-outside bucket/b everyone:* some done weakens'],
  ],
  [
    's3:PutBucketPolicy',
    {
      bucketName: 'b',
      bucketPolicy: sharing('*', { StringEquals: { 'aws:SourceVpce': 'vpce-1' } }),
    },
    ['shared-outside bucket/b none none done restores'],
  ],
  [
    's3:PutBucketPolicy',
    {
      bucketName: 'b',
      bucketPolicy: sharing('*', { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }),
    },
    ['shared-outside bucket/b outside:203.0.113.0/24 some done weakens'],
  ],
  [
    's3:PutBucketPolicy',
    {
      bucketName: 'b',
      bucketPolicy: sharing('*', { StringNotEquals: { 'aws:PrincipalOrgID': 'o-example' } }),
    },
    ['shared-outside bucket/b everyone:* some done weakens'],
  ],
  [
    's3:PutBucketPolicy',
    { bucketName: 'b', bucketPolicy: sharing({ CanonicalUser: 'abc' }) },
    ['shared-outside bucket/b none none done restores'],
  ],
  [
    's3:PutBucketAcl',
    { bucketName: 'b', 'x-amz-acl': ['public-read'] },
    ['shared-outside bucket/b everyone:* some done weakens'],
  ],
  [
    's3:PutBucketAcl',
    {
      bucketName: 'b',
      AccessControlPolicy: {
        AccessControlList: {
          Grant: { Grantee: { URI: 'http://acs.amazonaws.com/groups/global/AllUsers' } },
        },
      },
    },
    ['shared-outside bucket/b everyone:* some done weakens'],
  ],
  [
    'kms:PutKeyPolicy',
    {
      keyId: 'k',
      policy: JSON.stringify({
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: [`arn:aws:iam::${account}:root`, themRoot] },
            Action: 'kms:*',
            Resource: '*',
          },
        ],
      }),
    },
    [`shared-outside key/k outside:${stranger} admin done weakens`],
  ],
  [
    'sqs:SetQueueAttributes',
    {
      queueUrl: `https://sqs.eu-west-1.amazonaws.com/${account}/q`,
      attributes: { Policy: JSON.stringify(sharing('*')) },
    },
    ['shared-outside queue/q everyone:* some done weakens'],
  ],
  [
    'sns:SetTopicAttributes',
    {
      topicArn: `arn:aws:sns:eu-west-1:${account}:t`,
      attributeName: 'Policy',
      attributeValue: JSON.stringify(
        sharing({ AWS: '*' }, { StringEquals: { 'AWS:SourceOwner': account } }),
      ),
    },
    ['shared-outside topic/t none none done restores'],
  ],
  [
    'secretsmanager:PutResourcePolicy',
    { secretId: 's', resourcePolicy: JSON.stringify(sharing({ AWS: themRoot })) },
    [`shared-outside secret/s outside:${stranger} some done weakens`],
  ],

  [
    'sqs:SetQueueAttributes',
    {
      queueUrl: `https://sqs.eu-west-1.amazonaws.com/${account}/q`,
      attributes: {
        Policy: JSON.stringify(
          sharing('*', { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:*:*:uploads' } }),
        ),
      },
    },
    ['shared-outside queue/q none none done restores'],
  ],
  [
    'sqs:SetQueueAttributes',
    {
      queueUrl: `https://sqs.eu-west-1.amazonaws.com/${account}/q`,
      attributes: {
        Policy: JSON.stringify(sharing('*', { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:*:*:*' } })),
      },
    },
    ['shared-outside queue/q everyone:* some done weakens'],
  ],
  [
    'codebuild:UpdateProjectVisibility',
    {
      projectArn: `arn:aws:codebuild:eu-west-1:${account}:project/site`,
      projectVisibility: 'PUBLIC_READ',
    },
    ['shared-outside build-project/site everyone:* some done weakens'],
  ],
  [
    'codebuild:UpdateProjectVisibility',
    {
      projectArn: `arn:aws:codebuild:eu-west-1:${account}:project/site`,
      projectVisibility: 'PRIVATE',
    },
    ['shared-outside build-project/site none none done restores'],
  ],

  [
    'ram:CreateResourceShare',
    { name: 'subnets', principals: [`arn:aws:organizations::${stranger}:organization/o-example`] },
    [],
  ],
  [
    'ram:AssociateResourceShare',
    { resourceShareArn: 'share-1', principals: [stranger], allowExternalPrincipals: false },
    [],
  ],
  [
    'ram:AssociateResourceShare',
    { resourceShareArn: 'share-1', principals: [stranger] },
    [`shared-outside resource-share/share-1 outside:${stranger} some done weakens`],
  ],
])
