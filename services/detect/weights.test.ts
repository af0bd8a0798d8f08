import { describe, expect, test } from 'vitest'
import { through } from '#test/engine.ts'
import {
  administrator,
  call,
  home,
  keyOf,
  outsider,
  refused,
  role,
  signIn,
  times,
  trust,
  user,
} from './records.ts'

/** What single findings come to together: combinations, grants, and what attempts may weigh. */

const alice = user('alice')
const severitiesOf = async (records: readonly unknown[]) =>
  (await through(records)).incidents.map(({ severity }) => severity)

const openRole = (more: object = {}) =>
  call('iam:CreateRole', {
    by: alice,
    params: { roleName: 'support', assumeRolePolicyDocument: trust({ AWS: outsider }), ...more },
  })
const adminRole = (at = 0) =>
  call('iam:AttachRolePolicy', { by: alice, at, params: { roleName: 'support', ...administrator } })
const openTrust = (at: number) =>
  call('iam:UpdateAssumeRolePolicy', {
    by: alice,
    at,
    params: { roleName: 'support', policyDocument: trust({ AWS: outsider }) },
  })

describe('the same deed weighs less where it does less', () => {
  const anchor = (enabled: boolean) =>
    call('rolesanywhere:CreateTrustAnchor', {
      by: alice,
      params: { name: 'partners', enabled },
      response: { trustAnchor: { name: 'partners', enabled } },
    })
  const password = (passwordResetRequired: boolean) =>
    call('iam:UpdateLoginProfile', {
      by: alice,
      params: { userName: 'bob', passwordResetRequired },
    })
  const pageLoad = (console: boolean) =>
    times(12, (i) =>
      refused(`service-${i}:ListThings`, {
        by: role('staff', 'ana'),
        at: i,
        more: console ? { sessionCredentialFromConsole: 'true' } : {},
      }),
    )
  test.each([
    ['a trust anchor', [anchor(true)], ['critical']],
    ['a trust anchor that is made switched off', [anchor(false)], ['medium']],
    ['a password that stays', [password(false)], ['high']],
    ['a password that must be changed', [password(true)], ['medium']],
    ['many services refuse a key', pageLoad(false), ['high']],
    ['many services refuse a page of the console', pageLoad(true), ['low']],
    [
      'one call is refused again and again, on what is not known',
      times(12, (i) => refused('ec2:DescribeInstances', { by: role('job', 'a'), at: i })),
      ['medium'],
    ],
    [
      'a function may not write its log, whatever the stream',
      times(12, (i) =>
        refused('logs:CreateLogStream', {
          by: role('api', 'fn'),
          at: i,
          on: `arn:aws:logs:eu-west-1:${home}:log-group:/aws/lambda/api:log-stream:${i}`,
        }),
      ),
      ['low'],
    ],
    [
      'another version of a policy is chosen',
      [
        call('iam:SetDefaultPolicyVersion', {
          by: alice,
          params: { policyArn: `arn:aws:iam::${home}:policy/app`, versionId: 'v1' },
        }),
      ],
      ['medium'],
    ],
  ])('%s', async (_, records, expected) => {
    expect(await severitiesOf(records)).toEqual(expected)
  })
})

describe('combinations', () => {
  test('a theft that puts out the records is more than both', async () => {
    const read = times(12, (i) =>
      call('secretsmanager:GetSecretValue', { by: alice, at: i, params: { secretId: `s-${i}` } }),
    )
    const stop = call('cloudtrail:StopLogging', { by: alice, at: 60, params: { name: 'org' } })
    const weaker = refused('cloudtrail:StopLogging', {
      by: alice,
      at: 60,
      params: { name: 'org' },
    })
    expect(await severitiesOf(read)).toEqual(['high'])
    expect(await severitiesOf([...read, stop])).toEqual(['critical'])
    expect(await severitiesOf([...read, weaker])).toEqual(['high'])
  })

  test.each([
    ['a role that is born open', [openRole()], ['high']],
    ['with administrator power', [openRole(), adminRole()], ['critical']],
    [
      'with administrator power, under a boundary',
      [openRole({ permissionsBoundary: `arn:aws:iam::${home}:policy/deny-all` }), adminRole()],
      ['high'],
    ],
    ['an existing role that is opened', [openTrust(0)], ['critical']],
    [
      'a role made for a service, made administrator, then opened',
      [
        call('iam:CreateRole', {
          by: alice,
          params: {
            roleName: 'support',
            assumeRolePolicyDocument: trust({ Service: 'ec2.amazonaws.com' }),
          },
        }),
        adminRole(3),
        openTrust(4),
      ],
      ['critical'],
    ],
  ])('%s', async (_, records, severities) => {
    expect(await severitiesOf(records)).toEqual(severities)
  })

  test('a user made, made administrator and given a key is critical, and names both keys', async () => {
    const made = keyOf('AKIA', 'helpdesk')
    const { incidents } = await through([
      call('iam:CreateUser', { by: alice, params: { userName: 'helpdesk' } }),
      call('iam:AttachUserPolicy', {
        by: alice,
        at: 1,
        params: { userName: 'helpdesk', ...administrator },
      }),
      call('iam:CreateAccessKey', {
        by: alice,
        at: 2,
        params: { userName: 'helpdesk' },
        response: { accessKey: { userName: 'helpdesk', accessKeyId: made } },
      }),
    ])
    expect(incidents).toMatchObject([
      { severity: 'critical', credentials: [keyOf('AKIA', 'alice'), made].toSorted() },
    ])
  })
})

test('a user made in one session of a role and made administrator in the next is critical', async () => {
  const by = (since: number) => role('pipeline', 'run', since)
  const { incidents } = await through([
    call('iam:CreateUser', { by: by(0), at: 5, params: { userName: 'helpdesk' } }),
    call('iam:AttachUserPolicy', {
      by: by(600),
      at: 605,
      params: { userName: 'helpdesk', ...administrator },
    }),
  ])
  expect(incidents).toMatchObject([{ severity: 'critical' }])
})

test('what somebody does with a password that was set for him joins the story of who set it', async () => {
  const { incidents } = await through([
    call('iam:UpdateLoginProfile', { by: alice, params: { userName: 'bob' } }),
    signIn(user('bob'), { mfa: false, at: 9 }),
  ])
  expect(incidents.map(({ findings }) => findings.map(({ detection }) => detection))).toEqual([
    ['credential-minting', 'sign-in-without-mfa'],
  ])
})

describe('audit', () => {
  const trail = { name: 'audit', s3BucketName: 'audit-records' }
  const stop = (at: number) =>
    call('cloudtrail:StopLogging', { by: alice, at, params: { name: 'audit' } })

  test.each([
    ['its own trail within the hour', alice, 600, ['low']],
    ['its own trail of yesterday', alice, 86_400, ['high']],
    ["somebody else's trail", user('platform'), 600, ['high']],
  ])('stopping %s', async (_, by, at, severities) => {
    const records = [call('cloudtrail:CreateTrail', { by, params: trail }), stop(at)]
    expect(await severitiesOf(records)).toEqual(severities)
  })
})

test('attempts alone come to a line, not to a page', async () => {
  const names = [
    'iam:CreateAccessKey',
    'iam:AttachUserPolicy',
    'iam:CreateUser',
    'cloudtrail:StopLogging',
    'cloudtrail:DeleteTrail',
    'ec2:ModifySnapshotAttribute',
    'ssm:SendCommand',
    'guardduty:DeleteDetector',
  ]
  const records = names.map((name, i) => refused(name, { by: alice, at: i * 600, params: null }))
  expect(await severitiesOf(records)).toEqual(['low'])
})

test('a refusal that is repeated on one thing is a broken job', async () => {
  const records = times(30, (i) =>
    refused('s3:GetBucketPolicy', { by: alice, at: i, params: { bucketName: 'reports' } }),
  )
  expect(await severitiesOf(records)).toEqual(['low'])
})
