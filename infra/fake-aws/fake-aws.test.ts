import { afterEach, describe, expect, test } from 'vitest'
import { UpdateAccessKeyCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { cloudTrailClient, iamClient, stsClient } from '../aws/clients.ts'
import { denialPolicy, documentOf, noDenials, withDenial } from '../aws/denials.ts'
import type { Answer, Credential } from './call.ts'
import { virtualClock } from './clock.ts'
import { createFakeAws, type FakeAws, type FakeAwsOptions } from './fake-aws.ts'

const account = '111122223333'
const second = 1_000
const minute = 60 * second
const start = Date.parse('2026-05-04T10:00:00.400Z')

let open: FakeAws | undefined
afterEach(async () => open?.close())

const statement = (rule: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...rule }] })
const everything = statement({ Action: '*', Resource: '*' })
const trusting = (principal: object) =>
  statement({ Principal: principal, Action: 'sts:AssumeRole' })

async function company(more: Partial<FakeAwsOptions> = {}) {
  const clock = virtualClock(start)
  const aws = await createFakeAws({ seed: 7, now: clock.now, ...more })
  open = aws
  aws.addUser(account, 'alice')
  aws.setPolicy(account, 'user/alice', 'All', everything)
  const key = aws.addKey(account, 'alice')
  const role = aws.addRole(account, {
    name: 'deployer',
    trust: trusting({ AWS: `arn:aws:iam::${account}:root` }),
  })
  aws.setPolicy(account, 'role/deployer', 'All', everything)
  const session = (name: string) =>
    aws.assumeRole(key, { RoleArn: role.arn, RoleSessionName: name })
  const read = (credential: Credential): string =>
    codeOf(
      aws.call({
        credential,
        service: 'secretsmanager',
        action: 'GetSecretValue',
        params: { SecretId: 'db' },
        region: 'eu-west-1',
      }),
    )
  const access = {
    endpoint: aws.url,
    allowOtherEndpoint: true,
    credentials: { accessKeyId: key.key, secretAccessKey: key.secret },
  }
  return { aws, clock, key, role, session, read, access }
}

const codeOf = (answer: Answer): string => (answer.ok ? 'ok' : answer.code)

describe('what is in force', () => {
  test('a disabled key signs until the change has spread, and its sessions go on', async () => {
    const { aws, clock, key, session, read, access } = await company({
      propagation: [3_000, 3_000],
    })
    const made = session('task-1')
    const iam = iamClient(access)
    const wanted = { UserName: 'alice', AccessKeyId: key.key, Status: 'Inactive' } as const
    await iam.send(new UpdateAccessKeyCommand(wanted))
    iam.destroy()
    expect(aws.keyStatus(key.key)).toBe('Inactive')
    clock.advance(2_999)
    expect(read(key)).toBe('ok')
    clock.advance(1)
    expect(read(key)).toBe('InvalidClientTokenId')
    expect(read(made)).toBe('ok')
  })

  test('a denial cuts one session by its name and time, and nobody else', async () => {
    const { aws, clock, role, session, read, key } = await company()
    const [cut, other] = [session('task-1'), session('task-2')]
    const document = documentOf(withDenial(noDenials, `${role.id}:task-1`, clock.now()))
    aws.setPolicy(account, 'role/deployer', denialPolicy, document)
    clock.advance(second)
    const later = session('task-1')
    expect([cut, other, later, key].map(read)).toEqual(['AccessDenied', 'ok', 'ok', 'ok'])
  })

  test("a denial of a user's sessions leaves its key alone", async () => {
    const { aws, clock, key, read } = await company()
    const made = aws.getSessionToken(key, {})
    const federated = aws.getFederationToken(key, { Name: 'guest', Policy: everything })
    expect([made, federated, key].map(read)).toEqual(['ok', 'ok', 'ok'])
    const document = documentOf(withDenial(noDenials, '', clock.now()))
    aws.setPolicy(account, 'user/alice', denialPolicy, document)
    expect([made, federated, key].map(read)).toEqual(['AccessDenied', 'AccessDenied', 'ok'])
  })

  test('wrong secrets, foreign tokens, expired sessions and deleted keys are refused', async () => {
    const { aws, clock, key, session, read } = await company()
    const made = session('task-1')
    expect(read({ ...key, secret: 'guess' })).toBe('SignatureDoesNotMatch')
    expect(read({ ...made, token: 'guess' })).toBe('InvalidClientTokenId')
    clock.advance(60 * minute)
    expect(read(made)).toBe('ExpiredToken')
    aws.setKeyStatus(key.key, undefined)
    expect(read(key)).toBe('InvalidClientTokenId')
  })

  test('a role is assumed only by whom its trust policy names', async () => {
    const { aws, key } = await company()
    const locked = aws.addRole(account, {
      name: 'function',
      trust: trusting({ Service: 'lambda.amazonaws.com' }),
    })
    const asked = { RoleArn: locked.arn, RoleSessionName: 'job' }
    expect(() => aws.assumeRole(key, asked)).toThrow('AccessDenied')
    const issuedTo = `arn:aws:lambda:eu-west-1:${account}:function:job`
    expect(aws.assumeRole({ service: 'lambda.amazonaws.com', issuedTo }, asked).key).toMatch(
      /^ASIA/,
    )
  })
})

describe('what is recorded', () => {
  test('who called, by which session, made when, and what was denied', async () => {
    const { aws, clock, role, session, read } = await company()
    const made = session('task-1')
    aws.setPolicy(account, 'role/deployer', 'All', null)
    expect(read(made)).toBe('AccessDenied')
    clock.advance(10 * minute)
    const records = aws.take().map(({ record }) => record)
    expect(records.find(({ eventName }) => eventName === 'AssumeRole')).toMatchObject({
      eventSource: 'sts.amazonaws.com',
      userIdentity: { type: 'IAMUser', userName: 'alice' },
      requestParameters: { roleArn: role.arn, roleSessionName: 'task-1' },
      responseElements: {
        credentials: { accessKeyId: made.key, expiration: 'May 4, 2026, 11:00:00 AM' },
        assumedRoleUser: { assumedRoleId: `${role.id}:task-1` },
      },
      readOnly: true,
    })
    expect(records.find(({ eventName }) => eventName === 'GetSecretValue')).toMatchObject({
      errorCode: 'AccessDenied',
      awsRegion: 'eu-west-1',
      userIdentity: {
        type: 'AssumedRole',
        principalId: `${role.id}:task-1`,
        accessKeyId: made.key,
        sessionContext: {
          sessionIssuer: { type: 'Role', arn: role.arn, userName: 'deployer' },
          attributes: { creationDate: '2026-05-04T10:00:00Z', mfaAuthenticated: 'false' },
        },
      },
      recipientAccountId: account,
    })
  })

  test('records come late, twice and out of order, the same for the same seed', async () => {
    const story = async () => {
      const { aws, clock, session } = await company({
        delivery: {
          late: { share: 0.3, by: 40 * minute },
          twice: { share: 0.3, by: 5 * minute },
        },
      })
      for (let i = 0; i < 30; i++) {
        session(`task-${i}`)
        clock.advance(second)
      }
      clock.advance(15 * minute)
      const soon = aws.take().map(({ record }) => record.eventID)
      clock.advance(60 * minute)
      const late = aws.take().map(({ record }) => record.eventID)
      const times = aws.take()
      await aws.close()
      return { soon, late, times }
    }
    const first = await story()
    const ids = [...first.soon, ...first.late]
    expect(new Set(ids).size).toBe(30)
    expect(ids.length).toBeGreaterThan(30)
    expect(first.late.length).toBeGreaterThan(0)
    expect(await story()).toEqual(first)
  })

  test('files are laid out as in a bucket', async () => {
    const { aws, clock, session } = await company()
    const folder = await mkdtemp(join(tmpdir(), 'keytrail-fake-aws-'))
    try {
      session('task-1')
      clock.advance(10 * minute)
      const [path = ''] = await aws.deliver(folder)
      expect(path.slice(folder.length)).toMatch(
        /^\/AWSLogs\/111122223333\/CloudTrail\/us-east-1\/2026\/05\/04\/111122223333_CloudTrail_us-east-1_20260504T1010Z_\w{16}\.json\.gz$/,
      )
      const { Records } = JSON.parse(gunzipSync(await readFile(path)).toString()) as {
        Records: object[]
      }
      expect(Records).toMatchObject([{ eventName: 'AssumeRole' }])
      expect(await aws.deliver(folder)).toEqual([])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('LookupEvents', () => {
  test('gives pages, newest first, and takes a token only with the same question', async () => {
    const { clock, session, access } = await company()
    for (let i = 0; i < 5; i++) {
      session(`task-${i}`)
      clock.advance(second)
    }
    clock.advance(10 * minute)
    const trail = cloudTrailClient(access, 'us-east-1')
    const asked = { StartTime: new Date(start - minute), MaxResults: 3 }
    const one = await trail.send(new LookupEventsCommand(asked))
    const { NextToken } = one
    const two = await trail.send(new LookupEventsCommand({ ...asked, NextToken }))
    const times = [...(one.Events ?? []), ...(two.Events ?? [])].map(({ EventTime }) => EventTime)
    expect(times.map((time) => time?.toISOString().slice(17, 19))).toEqual([
      '04',
      '03',
      '02',
      '01',
      '00',
    ])
    expect(two.NextToken).toBeUndefined()
    clock.advance(second)
    await expect(
      trail.send(new LookupEventsCommand({ MaxResults: 3, NextToken })),
    ).rejects.toMatchObject({ name: 'InvalidNextTokenException' })
    trail.destroy()
  })

  test('takes a token only for as long as it is good', async () => {
    const { clock, session, access } = await company({ tokenLife: minute })
    for (let i = 0; i < 3; i++) session(`task-${i}`)
    clock.advance(10 * minute)
    const trail = cloudTrailClient(access, 'us-east-1')
    const asked = { MaxResults: 1 }
    const { NextToken } = await trail.send(new LookupEventsCommand(asked))
    clock.advance(minute)
    await trail.send(new LookupEventsCommand({ ...asked, NextToken }))
    clock.advance(second)
    const late = trail.send(new LookupEventsCommand({ ...asked, NextToken }))
    await expect(late).rejects.toMatchObject({ name: 'InvalidNextTokenException' })
    trail.destroy()
  })

  test('takes two calls a second for an account and region', async () => {
    const { clock, access } = await company()
    const [here, there] = ['us-east-1', 'eu-west-1'].map((r) => cloudTrailClient(access, r))
    const ask = () => here?.send(new LookupEventsCommand({}))
    await ask()
    await ask()
    await expect(ask()).rejects.toMatchObject({ name: 'ThrottlingException' })
    await there?.send(new LookupEventsCommand({}))
    clock.advance(second)
    await ask()
    here?.destroy()
    there?.destroy()
  })
})

test("AWS's own client gets credentials that work", async () => {
  const { role, read, access } = await company()
  const sts = stsClient(access)
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'a', DurationSeconds: 900 }),
  )
  sts.destroy()
  expect(given?.Expiration).toEqual(new Date('2026-05-04T10:15:00Z'))
  const {
    AccessKeyId: key = '',
    SecretAccessKey: secret = '',
    SessionToken: token = '',
  } = given ?? {}
  expect(read({ key, secret, token })).toBe('ok')
})

test('an endpoint elsewhere than at AWS needs the switch', () => {
  for (const endpoint of ['http://127.0.0.1:1', 'https://iam.amazonaws.com.evil.example'])
    expect(() => iamClient({ endpoint })).toThrow('no address of AWS')
  iamClient({ endpoint: 'https://iam.us-east-1.amazonaws.com' }).destroy()
})
