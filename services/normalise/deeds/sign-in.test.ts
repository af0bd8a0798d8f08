import { describe, expect, test } from 'vitest'
import { account, brief, deedsOf, deploy, useOf, type Parts } from '../records.fixture.ts'

const denied = { errorCode: 'AccessDenied' }

describe('A6: signing in', () => {
  const login = (MFAUsed: string, more: Parts = {}): readonly string[] =>
    brief(
      deedsOf('signin:ConsoleLogin', null, {
        eventType: 'AwsConsoleSignIn',
        responseElements: { ConsoleLogin: 'Success' },
        additionalEventData: { MFAUsed },
        ...more,
      }),
    )
  test('a user without MFA', () =>
    expect(login('No')).toEqual(['signed-in user/alice self none done weakens']))
  test('a user with MFA', () =>
    expect(login('Yes')).toEqual(['signed-in user/alice self none done neither']))
  test('a failure', () =>
    expect(login('No', { responseElements: { ConsoleLogin: 'Failure' } })).toEqual([
      'signed-in user/alice self none failed neither',
    ]))
  test('a name that a SAML provider vouches for is no user with a password', () => {
    const SamlProviderArn = `arn:aws:iam::${account}:saml-provider/staff`
    expect(login('No', { additionalEventData: { MFAUsed: 'No', SamlProviderArn } })).toEqual([
      'signed-in user/alice self none done neither',
    ])
  })
  test('somebody through a provider shows No as well', () =>
    expect(login('No', { userIdentity: deploy })).toEqual([
      'signed-in role/deploy self none done neither',
    ]))
})

test('the key that a call made is in the deed', () => {
  const made = { accessKey: { accessKeyId: 'AKIAEXAMPLEBOB000001', userName: 'bob' } }
  expect(
    deedsOf('iam:CreateAccessKey', { userName: 'bob' }, { responseElements: made })[0]?.key,
  ).toBe('AKIAEXAMPLEBOB000001')
})

describe('C3: names that one call asks for', () => {
  const secrets = (name: string, requestParameters: unknown): readonly string[] | undefined => {
    const [service, eventName] = name.split(':')
    return useOf({ eventSource: `${service}.amazonaws.com`, eventName, requestParameters }).rare
      ?.secrets
  }
  test.each<readonly [string, unknown, readonly string[] | undefined]>([
    ['secretsmanager:GetSecretValue', { secretId: 'db' }, ['db']],
    [
      'secretsmanager:GetSecretValue',
      { secretId: `arn:aws:secretsmanager:eu-west-1:${account}:secret:db-aB3dE6` },
      ['db'],
    ],
    ['secretsmanager:GetSecretValue', { secretId: 'db', versionId: 'v1' }, undefined],
    ['secretsmanager:BatchGetSecretValue', { secretIdList: ['a', 'b', 'a'] }, ['a', 'b']],
    [
      'secretsmanager:BatchGetSecretValue',
      { filters: [{ key: 'name', values: ['prod', 'db'] }] },
      ['filter:name=prod', 'filter:name=db'],
    ],
    ['ssm:GetParameters', { names: ['/a', '/b'], withDecryption: true }, ['/a', '/b']],
    ['ssm:GetParameters', { names: ['/a', '/b'], withDecryption: false }, undefined],
    ['ssm:GetParameter', { name: '/a', withDecryption: true }, undefined],
    ['ssm:GetParametersByPath', { path: '/app', recursive: true, withDecryption: true }, ['/app']],
    ['ec2:GetPasswordData', { instanceId: 'i-1' }, ['password of i-1']],
    ['ec2:DescribeInstanceAttribute', { instanceId: 'i-1', attribute: 'instanceType' }, undefined],
  ])('%s %j', (name, params, expected) => {
    expect(secrets(name, params)).toEqual(expected)
  })
  test('a recursive read of the whole store counts as many', () => {
    expect(
      secrets('ssm:GetParametersByPath', { path: '/', recursive: true, withDecryption: true }),
    ).toHaveLength(10)
  })
})

test('C3: a refusal names its target, and so does the success that settles it', () => {
  const params = { roleArn: `arn:aws:iam::${account}:role/deployer`, roleSessionName: 's' }
  const call = { eventSource: 'sts.amazonaws.com', eventName: 'AssumeRole' }
  const errorMessage = `User: x is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${account}:role/deployer`
  expect(useOf({ ...call, ...denied, errorMessage }).rare?.target).toBe('role/deployer')
  expect(useOf({ ...call, requestParameters: params }).rare?.target).toBe('role/deployer')
})
