import { describe, expect, test } from 'vitest'
import { account, alice, copyOf, deploy, stranger, useOf, type Parts } from './records.fixture.ts'

const key = 'ASIAEXAMPLECHILD0001'
const credentials = {
  accessKeyId: key,
  sessionToken: 'REMOVED',
  expiration: 'May 4, 2026, 10:00:00 AM',
}

const sts = (
  eventName: string,
  requestParameters: Parts | null,
  response: Parts = {},
  more: Parts = {},
): Parts => ({
  eventSource: 'sts.amazonaws.com',
  eventName,
  requestParameters,
  responseElements: { credentials, ...response },
  ...more,
})

const role = { roleArn: `arn:aws:iam::${account}:role/ci/deploy`, roleSessionName: 'build-7' }
const web = {
  type: 'WebIdentityUser',
  principalId: 'accounts.example.com:app:subject-1',
  userName: 'subject-1',
  identityProvider: 'accounts.example.com',
}
const saml = {
  type: 'SAMLUser',
  principalId: 'qualifier:subject-2',
  userName: 'bob@example.com',
  identityProvider: 'qualifier',
}
const ec2 = { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' }

describe('B1: the child’s principal is computed from the issue record alone', () => {
  const table: readonly (readonly [string, Parts, string])[] = [
    [
      'AssumeRole',
      sts('AssumeRole', role, {
        assumedRoleUser: { arn: `arn:aws:sts::${account}:assumed-role/deploy/build-7` },
      }),
      `${account}/role/deploy/build-7`,
    ],
    [
      'AssumeRole without assumedRoleUser',
      sts('AssumeRole', role),
      `${account}/role/deploy/build-7`,
    ],
    [
      'AssumeRoleWithWebIdentity',
      sts('AssumeRoleWithWebIdentity', role, {}, { userIdentity: web }),
      `${account}/role/deploy/build-7`,
    ],
    [
      'AssumeRoleWithSAML',
      sts(
        'AssumeRoleWithSAML',
        { roleArn: role.roleArn },
        { assumedRoleUser: { arn: `arn:aws:sts::${account}:assumed-role/deploy/bob@example.com` } },
        { userIdentity: saml },
      ),
      `${account}/role/deploy/bob@example.com`,
    ],
    ['AssumeRoot', sts('AssumeRoot', { targetPrincipal: stranger }), `${stranger}/root`],
    [
      'AssumeRoot by ARN',
      sts('AssumeRoot', { targetPrincipal: `arn:aws:iam::${stranger}:root` }),
      `${stranger}/root`,
    ],
    ['GetSessionToken', sts('GetSessionToken', null), `${account}/user/alice`],
    [
      'GetFederationToken',
      sts(
        'GetFederationToken',
        { name: 'report' },
        { federatedUser: { arn: `arn:aws:sts::${account}:federated-user/report` } },
      ),
      `${account}/federated/report`,
    ],
    [
      'GetFederationToken without federatedUser',
      sts('GetFederationToken', { name: 'report' }),
      `${account}/federated/report`,
    ],
    [
      'GetScopedCredentials',
      sts(
        'GetScopedCredentials',
        { scopedSessionDescription: 'task=t-1' },
        {},
        { userIdentity: deploy },
      ),
      `${account}/role/deploy/build-7`,
    ],
  ]
  test.each(table)('%s', (_, parts, child) => {
    const { issue } = useOf(parts).rare ?? {}
    expect(issue).toMatchObject({ child, key, expires: Date.UTC(2026, 4, 4, 10) })
    expect(copyOf(parts)).toMatchObject({ parent: useOf(parts).principal, issue })
  })
})

test.each([
  ['refused', { errorCode: 'AccessDenied', responseElements: null }],
  ['hidden', { responseElements: { credentials: 'HIDDEN_DUE_TO_SECURITY_REASONS' } }],
  ['omitted', { responseElements: { omitted: 'true', originalSize: '149893' } }],
  ['masked', { responseElements: { credentials: { accessKeyId: 'ASIA****************' } } }],
  ['without answer', { responseElements: null }],
])('A3: an answer that is %s is no issue: a lost link is never guessed', (_, more) => {
  expect(copyOf({ ...sts('AssumeRole', role), ...more })).toBeUndefined()
})

test('the owner’s copy of a cross-account call says so, and both name the same child', () => {
  const shared = { sharedEventID: '0a1b2c3d-0000-4000-8000-00000000000c' }
  const there = { roleArn: `arn:aws:iam::${stranger}:role/reader`, roleSessionName: 'nightly' }
  const caller = copyOf(sts('AssumeRole', there, {}, shared))
  const userIdentity = { type: 'AWSAccount', principalId: alice.principalId, accountId: account }
  const owner = copyOf(
    sts('AssumeRole', there, {}, { ...shared, userIdentity, recipientAccountId: stranger }),
  )
  expect(caller?.issue).toMatchObject({
    copy: 'caller',
    by: 'session',
    child: `${stranger}/role/reader/nightly`,
  })
  expect(owner?.issue).toMatchObject({
    copy: 'owner',
    by: 'account',
    child: `${stranger}/role/reader/nightly`,
  })
  expect(owner?.parent).toBe(`${account}/account/${alice.principalId}`)
})

test.each([
  [web, 'idp', 'idp/accounts.example.com/subject-1'],
  [saml, 'idp', 'idp/qualifier/bob@example.com'],
  [ec2, 'service', 'aws/service/ec2.amazonaws.com'],
  [
    { type: 'IdentityCenterUser', accountId: account, onBehalfOf: { userId: 'u-1' } },
    'session',
    'idp/identity-center/u-1',
  ],
])('who asked: %j', (userIdentity, by, parent) => {
  const copy = copyOf(sts('AssumeRole', role, {}, { userIdentity }))
  expect(copy?.parent).toBe(parent)
  expect(copy?.issue.by).toBe(by === 'session' ? 'idp' : by)
})

test('tags, source identity, names and description are those of the caller, in the order of their keys', () => {
  const params = {
    ...role,
    sourceIdentity: 'agent-1',
    tags: [
      { key: 'task_id', value: 't-1' },
      { key: 'agent_id', value: 'a-1' },
    ],
    principalTags: { team: ['red'] },
    scopedSessionDescription: 'task=t-1',
  }
  const issue = copyOf(sts('AssumeRole', params))?.issue
  expect(JSON.stringify(issue?.tags)).toBe('{"agent_id":"a-1","task_id":"t-1","team":"red"}')
  expect(issue).toMatchObject({
    sourceIdentity: 'agent-1',
    sessionName: 'build-7',
    description: 'task=t-1',
  })
})

test('a chained session keeps the source identity of its parent', () => {
  const chained = {
    ...deploy,
    sessionContext: { ...deploy.sessionContext, sourceIdentity: 'agent-1' },
  }
  expect(copyOf(sts('AssumeRole', role, {}, { userIdentity: chained }))?.issue.sourceIdentity).toBe(
    'agent-1',
  )
})

describe('what the session tells of itself', () => {
  const session = (name: string, roleName = 'web'): Parts => ({
    ...deploy,
    arn: `arn:aws:sts::${account}:assumed-role/${roleName}/${name}`,
  })
  test.each(['i-0fa1b2c3d4e5f6a7b', 'i-786A3a8B5C0d92eF4'])(
    'instance %s by its session name',
    (name) => {
      expect(useOf({ userIdentity: session(name) }).rare?.instance).toBe(name)
    },
  )
  test('instance by the delivery of its role, or by what it was issued to', () => {
    const delivered = { ...session('odd-name'), sessionContext: { ec2RoleDelivery: '2.0' } }
    expect(useOf({ userIdentity: delivered }).rare?.instance).toBe('odd-name')
    const inScopeOf = {
      credentialsIssuedTo: `arn:aws:ec2:eu-west-1:${account}:instance/i-0fa1b2c3d4e5f6a7b`,
    }
    const use = useOf({ userIdentity: { ...deploy, inScopeOf } })
    expect(use.rare).toEqual({ instance: 'i-0fa1b2c3d4e5f6a7b' })
    expect(use.scope).toBe(inScopeOf.credentialsIssuedTo)
  })
  test.each(['AWSReservedSSO_Admin_0123456789abcdef', 'AWSServiceRoleForRDS'])(
    'the issue of %s is hidden',
    (name) => {
      expect(useOf({ userIdentity: session('bob', name) }).rare).toEqual({ hiddenIssue: true })
    },
  )
  test('the issue to a function is hidden, and the function is its scope', () => {
    const credentialsIssuedTo = `arn:aws:lambda:eu-west-1:${account}:function:resize`
    expect(
      useOf({ userIdentity: { ...deploy, inScopeOf: { credentialsIssuedTo } } }),
    ).toMatchObject({ scope: credentialsIssuedTo, rare: { hiddenIssue: true } })
  })
  test.each([
    { sessionCredentialFromConsole: 'true' },
    { eventType: 'AwsConsoleSignIn' },
    {
      userIdentity: {
        ...alice,
        sessionContext: { attributes: { sessionCredentialFromConsole: 'true' } },
      },
    },
  ])('a console session: %j', (parts) => {
    expect(useOf(parts).rare?.console).toBe(true)
  })
})

test('B1: what has no ARN is named by what it has', () => {
  const named = (userIdentity: Parts): string => useOf({ userIdentity }).principal
  expect(named({ type: 'IAMUser', accountId: account, userName: 'bob' })).toBe(
    `${account}/user/bob`,
  )
  expect(named({ type: 'Root', principalId: account, accountId: account })).toBe(`${account}/root`)
  expect(named({ type: 'FederatedUser', principalId: `${account}:bob`, accountId: account })).toBe(
    `${account}/federated/bob`,
  )
  expect(
    named({
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLE:x',
      sessionContext: deploy.sessionContext,
    }),
  ).toBe(`${account}/role/deploy/x`)
  expect(named({ type: 'Unknown', principalId: 'someone' })).toBe(`${account}/unknown/someone`)
  expect(named({ type: 'Directory', accountId: account, userName: 'bob' })).toBe(
    `${account}/unknown/bob`,
  )
  expect(named({ type: 'IAMUser', arn: 'arn:aws:iam:::user/bob' })).toBe(`${account}/user/bob`)
})
