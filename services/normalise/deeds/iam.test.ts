import { account, alice, deploy, describeDeeds } from '../records.fixture.ts'

const denied = { errorCode: 'AccessDenied' }
const admin = 'arn:aws:iam::aws:policy/AdministratorAccess'

describeDeeds('users', [
  ['iam:CreateUser', { userName: 'bob' }, ['user-created user/bob other none done neither']],
  ['iam:CreateAccessKey', { userName: 'bob' }, ['key-created user/bob other unknown done neither']],
  ['iam:CreateAccessKey', null, ['key-created user/alice self unknown done neither']],
  [
    'iam:CreateAccessKey',
    null,
    ['key-created user/bob other unknown denied neither'],
    {
      ...denied,
      errorMessage: `User: ${alice.arn} is not authorized to perform: iam:CreateAccessKey on resource: user bob because no identity-based policy allows it`,
    },
  ],
  [
    'iam:UpdateAccessKey',
    { userName: 'bob', status: 'Active', accessKeyId: 'AKIAEXAMPLEBOB000001' },
    ['key-changed user/bob other none done weakens'],
  ],
  [
    'iam:UpdateAccessKey',
    { userName: 'bob', status: 'Inactive' },
    ['key-changed user/bob none none done restores'],
  ],
  [
    'iam:CreateLoginProfile',
    { userName: 'bob' },
    ['password-set user/bob other unknown done neither'],
  ],
  [
    'iam:UpdateLoginProfile',
    { userName: 'bob' },
    ['password-set user/bob other unknown done neither'],
  ],
  [
    'iam:DeactivateMFADevice',
    { userName: 'bob' },
    ['mfa-removed user/bob other none done weakens'],
  ],
  ['iam:EnableMFADevice', { userName: 'bob' }, ['mfa-added user/bob other unknown done neither']],
])

describeDeeds('policies', [
  [
    'iam:AttachUserPolicy',
    { userName: 'bob', policyArn: admin },
    ['admin-granted user/bob other admin done neither'],
  ],
  [
    'iam:AttachUserPolicy',
    { userName: 'alice', policyArn: admin },
    ['admin-granted user/alice self admin done neither'],
  ],
  [
    'iam:AttachRolePolicy',
    { roleName: 'deploy', policyArn: admin },
    ['admin-granted role/deploy self admin done neither'],
    { userIdentity: deploy },
  ],
  [
    'iam:AttachRolePolicy',
    { roleName: 'web', policyArn: 'arn:aws:iam::aws:policy/PowerUserAccess' },
    ['policy-granted role/web other some done neither'],
  ],
  [
    'iam:AttachUserPolicy',
    { userName: 'bob', policyArn: `arn:aws:iam::${account}:policy/own` },
    ['policy-granted user/bob other unknown done neither'],
  ],
  [
    'iam:AttachUserPolicy',
    { userName: 'bob', policyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3' },
    ['key-exposed user/bob none none done neither'],
  ],
  [
    'iam:AttachUserPolicy',
    { userName: 'bob', policyArn: 'arn:aws:iam::aws:policy/AWSDenyAll' },
    [],
  ],
  [
    'iam:DetachUserPolicy',
    { userName: 'bob', policyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2' },
    ['boundary-removed user/bob other none done weakens'],
  ],
  [
    'iam:PutUserPolicy',
    {
      userName: 'alice',
      policyName: 'x',
      policyDocument: '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
    },
    ['admin-granted user/alice self admin done neither'],
  ],
  [
    'iam:PutRolePolicy',
    { omitted: 'true', originalSize: '131072' },
    ['policy-granted principal/- other unknown done neither'],
  ],
  [
    'iam:PutRolePolicy',
    {
      roleName: 'web',
      policyName: 'AWSRevokeOlderSessions',
      policyDocument: '{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}',
    },
    [],
  ],
  [
    'iam:CreatePolicyVersion',
    {
      policyArn: `arn:aws:iam::${account}:policy/own`,
      setAsDefault: true,
      policyDocument: '{"Statement":{"Effect":"Allow","Action":"iam:*","Resource":"*"}}',
    },
    ['admin-granted policy/own other admin done neither'],
  ],
  [
    'iam:DeleteUserPermissionsBoundary',
    { userName: 'alice' },
    ['boundary-removed user/alice self none done weakens'],
  ],
  [
    'iam:AddUserToGroup',
    { userName: 'bob', groupName: 'admins' },
    ['admin-granted user/bob other admin done neither'],
  ],
  [
    'iam:AddUserToGroup',
    { userName: 'bob', groupName: 'readers' },
    ['policy-granted user/bob other unknown done neither'],
  ],

  [
    'iam:PutUserPolicy',
    {
      userName: 'bob',
      policyName: 'AWSExposedCredentialPolicy_DO_NOT_REMOVE',
      policyDocument: '{"Statement":{"Effect":"Deny","Action":"iam:*","Resource":"*"}}',
    },
    ['key-exposed user/bob none none done neither'],
  ],

  [
    'rds:ModifyDBCluster',
    { dBClusterIdentifier: 'orders', masterUserPassword: '****' },
    ['password-set db/orders other unknown done neither'],
  ],
  ['rds:ModifyDBCluster', { dBClusterIdentifier: 'orders', backupRetentionPeriod: 7 }, []],
])
