import { describe, expect, test } from 'vitest'
import { account, alice, deploy, read, record, useOf, type Parts } from './records.fixture.ts'

test('an ordinary call becomes one use, with nothing rare', () => {
  expect(read(record({ userIdentity: deploy }))).toEqual({
    as: 'mapped',
    record: '0a1b2c3d-0000-4000-8000-00000000000a',
    activities: [
      {
        kind: 'credential.used',
        id: '0a1b2c3d-0000-4000-8000-00000000000a',
        at: Date.UTC(2026, 4, 4, 9),
        principal: `${account}/role/deploy/build-7`,
        identity: 'role',
        key: 'ASIAEXAMPLEDEPLOY001',
        created: Date.UTC(2026, 4, 4, 8, 59, 58),
        account,
        region: 'eu-west-1',
        service: 's3',
        action: 'ListBuckets',
        error: 'none',
        address: '198.51.100.7',
        agent: 'aws-cli/2.31.0',
        direct: true,
        request: 'EXAMPLEREQUEST01',
        sourceIdentity: '',
        scope: '',
      },
    ],
  })
})

describe('A2, A3: records that are odd are activities all the same', () => {
  const odd: readonly (readonly [string, Parts, Parts])[] = [
    [
      'a key id outside the alphabet of AWS',
      { userIdentity: { ...alice, accessKeyId: 'AKIA1890abcdef' } },
      { key: 'AKIA1890abcdef' },
    ],
    ['an empty key id', { userIdentity: { ...alice, accessKeyId: '' } }, { key: '' }],
    [
      'a role session without key id',
      { userIdentity: { ...deploy, accessKeyId: undefined } },
      { key: '', identity: 'role' },
    ],
    [
      'an identity without type',
      { userIdentity: { accountId: account, invokedBy: 'ec2.amazonaws.com' } },
      { identity: 'service', direct: false, principal: 'aws/service/ec2.amazonaws.com' },
    ],
    [
      'an odd account with a service',
      { userIdentity: { type: 'AWSService', accountId: '12345', invokedBy: 'ec2.amazonaws.com' } },
      { identity: 'service' },
    ],
    [
      'no identity but a service as source',
      { userIdentity: undefined, sourceIPAddress: 'ses.amazonaws.com' },
      { identity: 'service', address: '' },
    ],
    [
      'neither address nor agent',
      { sourceIPAddress: undefined, userAgent: undefined },
      { address: '', agent: '' },
    ],
    ['a time of SQL', { eventTime: '2026-05-04 09:00:00.000' }, { at: Date.UTC(2026, 4, 4, 9) }],
    [
      'a time that Logstash moved',
      { eventTime: undefined, '@timestamp': '2026-05-04T09:00:00Z' },
      { at: Date.UTC(2026, 4, 4, 9) },
    ],
    ['an account that is only the caller’s', { recipientAccountId: undefined }, { account }],
    [
      'nested fields of other types',
      { requestParameters: 'a=b', responseElements: [1], additionalEventData: 7, readOnly: 'true' },
      { action: 'ListBuckets' },
    ],
    [
      'an API version in the name',
      { eventSource: 'lambda.amazonaws.com', eventName: 'Invoke20150331v2' },
      { action: 'Invoke', service: 'lambda' },
    ],
    ['China', { eventSource: 'sqs.amazonaws.com.cn' }, { service: 'sqs' }],
  ]
  test.each(odd)('%s', (_, parts, expected) => {
    expect(useOf(parts)).toMatchObject(expected)
  })

  test.each([undefined, '...', 'eventID', 7])(
    'A2: eventID %j is none: the id is the hash of the content',
    (eventID) => {
      const { eventID: _, ...rest } = record({ eventID: undefined })
      const without = eventID === undefined ? rest : { ...rest, eventID }
      const turned = Object.fromEntries(Object.entries(without).toReversed())
      const result = read(without)
      expect(result).toMatchObject({
        as: 'mapped',
        activities: [{ id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string }],
      })
      expect(read(turned)).toEqual(result)
    },
  )

  test('A2: an UPDATED_DATA addendum takes the id of what it corrects, and outweighs it', () => {
    const originalEventID = '0a1b2c3d-0000-4000-8000-00000000000b'
    const use = useOf({ addendum: { reason: 'UPDATED_DATA', originalEventID } })
    expect(use.id).toBe(originalEventID)
    expect(use.rare?.weight).toBeGreaterThan(1_000_000)
    expect(useOf({ addendum: { reason: 'DELIVERY_DELAY' } }).rare).toBeUndefined()
  })
})

describe('A1: what is no call is ignored by name', () => {
  test.each([
    ['digest', { digestEndTime: '2026-05-04T10:00:00Z', logFiles: [] }],
    [
      'insight',
      { eventCategory: 'Insight', eventType: 'AwsCloudTrailInsight', insightDetails: {} },
    ],
    [
      'aggregated',
      { eventCategory: 'Aggregated', eventType: 'AwsAggregatedEvent', eventId: 'x', summary: {} },
    ],
  ])('%s', (word, value) => {
    expect(read(value)).toMatchObject({
      as: 'ignored',
      reason: expect.stringContaining(word) as string,
    })
  })

  test('a refusal by a VPC endpoint is a use', () => {
    const userIdentity = {
      type: 'AWSAccount',
      principalId: 'AIDAEXAMPLEALICE00001',
      accountId: account,
    }
    const network = {
      eventCategory: 'NetworkActivity',
      eventType: 'AwsVpceEvent',
      errorCode: 'VpceAccessDenied',
    }
    expect(useOf({ ...network, userIdentity })).toMatchObject({
      identity: 'account',
      error: 'denied',
    })
  })
})

describe('what cannot be read is a dead letter with its reason and field', () => {
  const dead: readonly (readonly [string, unknown, string])[] = [
    ['no event time', record({ eventTime: undefined }), 'eventTime'],
    ['event time is not understood', record({ eventTime: 'yesterday' }), 'eventTime'],
    ['neither identity nor service', record({ userIdentity: undefined }), 'userIdentity'],
    ['neither identity nor service', record({ userIdentity: {} }), 'userIdentity'],
    ['not CloudTrail: eventName is missing', { eventSource: 's3.amazonaws.com' }, 'eventName'],
    ['not CloudTrail: eventSource is not understood', record({ eventSource: 7 }), 'eventSource'],
    [
      'not CloudTrail: Alibaba Cloud ActionTrail',
      record({ eventSource: 'ecs.aliyuncs.com', eventType: 'ApiCall' }),
      'eventSource',
    ],
    [
      'not CloudTrail: a record of another cloud, wrapped in `event`',
      { event: { eventName: 'StopInstance' } },
      'event',
    ],
    [
      'not CloudTrail: a skeleton whose values are left out',
      record({ eventName: '...' }),
      'eventName',
    ],
    ['not CloudTrail: no JSON object', 'text', 'document'],
    ['not CloudTrail: no JSON object', null, 'document'],
    ['not CloudTrail: no JSON object', [], 'document'],
  ]
  test.each(dead)('%s', (reason, value, field) => {
    expect(read(value)).toEqual({ as: 'dead', reason, field })
  })
})

describe('A5: forwarded calls and places', () => {
  const forwarded = (invokedBy: string, more: Parts = {}): Parts => ({
    userIdentity: { ...alice, invokedBy },
    sourceIPAddress: invokedBy,
    userAgent: invokedBy,
    ...more,
  })
  test.each(['secretsmanager.amazonaws.com', 'AWS Internal'])(
    'a call that %s makes for somebody is not direct',
    (by) => {
      expect(useOf(forwarded(by))).toMatchObject({
        direct: false,
        address: '',
        principal: `${account}/user/alice`,
      })
    },
  )
  test('the MCP service is the agent itself; its downstream requests are kept', () => {
    const extra = {
      downstreamRequests: [{ apiName: 'ListBuckets', requestId: 'EXAMPLEREQUEST02' }, {}],
    }
    const use = useOf(
      forwarded('aws-mcp.amazonaws.com', { eventType: 'AwsMcpEvent', additionalEventData: extra }),
    )
    expect(use).toMatchObject({
      direct: true,
      address: '',
      rare: { downstream: ['EXAMPLEREQUEST02'] },
    })
  })
  test.each([
    ['198.51.100.7', '198.51.100.7'],
    ['10.20.3.14', '10.20.3.14'],
    ['2001:db8::7', '2001:db8::7'],
    ['255.018.064.253', '255.018.064.253'],
    ['athena.amazonaws.com', ''],
    ['AWS Internal', ''],
    ['...', ''],
    ['0.0.0.0', ''],
  ])('address %s reads "%s"', (written, address) => {
    expect(useOf({ sourceIPAddress: written }).address).toBe(address)
  })
  test.each([
    [undefined, '10.20.3.14', 'vpce-0example/10.20.3.14'],
    [account, '10.20.3.14', 'vpce-0example/10.20.3.14'],
    [account, 'fd00:ec2::7', 'vpce-0example/fd00:ec2::7'],
    [account, '198.51.100.7', '198.51.100.7'],
    [account, 'athena.amazonaws.com', ''],
    ['444455556666', '10.20.3.14', '10.20.3.14'],
  ])('through a VPC endpoint of account %s, %s is the place %s', (owner, written, place) => {
    const endpoint = { vpcEndpointId: 'vpce-0example', vpcEndpointAccountId: owner }
    expect(useOf({ ...endpoint, sourceIPAddress: written }).address).toBe(place)
  })
  test.each([
    '[S3Console/0.4, aws-internal/3 aws-sdk-java]',
    'console.amazonaws.com',
    'signin.amazonaws.com',
  ])('%s is a proxy of the console', (userAgent) => {
    expect(useOf({ userAgent, sourceIPAddress: '10.1.2.3' })).toMatchObject({
      address: '',
      rare: { console: true },
    })
  })
})

describe('A3: masked key ids join nothing', () => {
  test.each([
    '-',
    '...',
    'AKIA****************',
    '[REDACTED]',
    'HIDDEN_DUE_TO_SECURITY_REASONS',
    'XXXXXXXX',
    'AKIAXXXXXXXXXXXXXXXX',
    '<removed>',
    'xxxxxxxxxxx',
  ])('%s', (accessKeyId) => {
    expect(useOf({ userIdentity: { ...alice, accessKeyId } }).key).toBe('')
  })
})

test.each([
  ['AccessDenied', 'denied'],
  ['Client.UnauthorizedOperation', 'denied'],
  ['AccessDeniedException', 'denied'],
  ['AuthorizationErrorException', 'denied'],
  ['ThrottlingException', 'throttled'],
  ['Client.RequestLimitExceeded', 'throttled'],
  ['SlowDown', 'throttled'],
  ['TooManyRequestsException', 'throttled'],
  ['NoSuchBucketPolicy', 'absent'],
  ['TrailNotFoundException', 'absent'],
  ['Client.InvalidVpcID.NotFound', 'absent'],
  ['AWS.SimpleQueueService.NonExistentQueue', 'absent'],
  ['InvocationDoesNotExist', 'absent'],
  ['Client.VcpuLimitExceeded', 'other'],
])('error %s is %s', (errorCode, error) => {
  expect(useOf({ errorCode }).error).toBe(error)
})

test('an error can stand in the message or the response alone', () => {
  expect(useOf({ errorMessage: 'User: x is not authorized to perform: iam:GetUser' }).error).toBe(
    'denied',
  )
  expect(useOf({ errorMessage: 'Rate exceeded' }).error).toBe('throttled')
  expect(useOf({ responseElements: { ConsoleLogin: 'Failure' } }).error).toBe('other')
})
