import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { limits } from './limits.ts'
import { unwrap } from './unwrap.ts'

const event = {
  eventVersion: '1.11',
  eventSource: 'sts.amazonaws.com',
  eventName: 'GetCallerIdentity',
  eventCategory: 'Management',
}
const text = JSON.stringify(event)
const base64 = (value: unknown) => gzipSync(JSON.stringify(value)).toString('base64')

type Seen = { records: unknown[]; within: string[]; ignored: string[]; dead: string[] }

function look(value: unknown): Seen {
  const seen: Seen = { records: [], within: [], ignored: [], dead: [] }
  unwrap(value, {
    record: (record, within) => {
      seen.records.push(record)
      seen.within.push(within)
    },
    ignored: (reason) => seen.ignored.push(reason),
    dead: (reason, field) => seen.dead.push(`${field}: ${reason}`),
  })
  return seen
}

const bridge = {
  version: '0',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.sts',
  detail: event,
}
const notification = (message: unknown) => ({
  Type: 'Notification',
  TopicArn: 'arn:aws:sns:eu-west-1:111122223333:t',
  Message: JSON.stringify(message),
})
const logs = {
  messageType: 'DATA_MESSAGE',
  owner: '111122223333',
  logEvents: [
    { id: '1', timestamp: 1, message: text },
    { id: '2', timestamp: 2, message: text },
  ],
}

describe('each wrapper gives its records', () => {
  const two = [event, event]
  const shapes: Record<string, { value: unknown; gives?: unknown[] }> = {
    'a record': { value: event },
    'an element of lookup-events': {
      value: { EventId: 'x', Username: 'alice', CloudTrailEvent: text },
    },
    'lookup-events': {
      value: { Events: [{ CloudTrailEvent: text }, { CloudTrailEvent: text }] },
      gives: two,
    },
    'an EventBridge envelope': { value: bridge },
    'CloudWatch Logs': { value: logs, gives: two },
    'CloudWatch Logs as Lambda gets them': {
      value: { awslogs: { data: base64(logs) } },
      gives: two,
    },
    'an element of filter-log-events': { value: { eventId: '1', ingestionTime: 1, message: text } },
    SNS: { value: notification(event) },
    'SNS as Lambda gets it': {
      value: { Records: [{ EventSource: 'aws:sns', Sns: { Message: text } }] },
    },
    'SQS receive-message': { value: { Messages: [{ MessageId: '1', Body: text }] } },
    'SQS as Lambda gets it': {
      value: { Records: [{ messageId: '1', eventSource: 'aws:sqs', body: text }] },
    },
    'EventBridge in SNS in SQS': {
      value: { Messages: [{ MessageId: '1', Body: JSON.stringify(notification(bridge)) }] },
    },
    'Kinesis as Lambda gets it': {
      value: {
        Records: [
          {
            eventSource: 'aws:kinesis',
            eventVersion: '1.0',
            eventName: 'aws:kinesis:record',
            kinesis: { data: base64(logs) },
          },
        ],
      },
      gives: two,
    },
    'Firehose as Lambda gets it': {
      value: {
        invocationId: '1',
        records: [{ recordId: '1', data: Buffer.from(text + text).toString('base64') }],
      },
      gives: two,
    },
    'Elastic with the original': { value: { _source: { event: { original: text } } } },
    'an Elastic search answer': {
      value: { hits: { hits: [{ _source: event }, { _source: event }] } },
      gives: two,
    },
    'a Splunk export': { value: { preview: false, result: { _raw: text } } },
    'OCSF with the original': { value: { class_uid: 6003, raw_data: text } },
    'a log shipper': { value: { '@timestamp': '2026-05-04T09:00:00Z', message: text } },
    'an Athena row': {
      value: {
        eventversion: '1.11',
        eventname: 'X',
        useridentity: { type: 'IAMUser', principalid: 'p', accesskeyid: null },
      },
      gives: [
        {
          eventVersion: '1.11',
          eventName: 'X',
          userIdentity: { type: 'IAMUser', principalId: 'p' },
        },
      ],
    },
    'what nobody knows is handed on': { value: { hello: 'world' }, gives: [{ hello: 'world' }] },
    'an agent activity is handed on': {
      value: { kind: 'task.started', events: [] },
      gives: [{ kind: 'task.started', events: [] }],
    },
    'an OTLP document is handed on whole': {
      value: { resourceSpans: [{}] },
      gives: [{ resourceSpans: [{}] }],
    },
    'a Health event stays in its envelope': {
      value: {
        'detail-type': 'AWS Health Event',
        source: 'aws.health',
        detail: { service: 'RISK' },
      },
      gives: [
        { 'detail-type': 'AWS Health Event', source: 'aws.health', detail: { service: 'RISK' } },
      ],
    },
  }
  test.each(Object.entries(shapes))('%s', (_, { value, gives }) => {
    expect(look(value)).toMatchObject({ records: gives ?? [event], ignored: [], dead: [] })
  })

  test('the way through the wrappers is kept', () => {
    expect(look({ Messages: [{ MessageId: '1', Body: JSON.stringify(logs) }] }).within).toEqual([
      'Messages[0].Body.logEvents[0].message',
      'Messages[0].Body.logEvents[1].message',
    ])
  })
})

describe('what holds no records is told by name', () => {
  const ignored: Record<string, unknown> = {
    'CloudTrail digest': {
      awsAccountId: '111122223333',
      digestPublicKeyFingerprint: 'f',
      logFiles: [],
    },
    'CloudTrail insight event': { ...event, eventCategory: 'Insight', insightDetails: {} },
    'CloudWatch Logs control message': {
      messageType: 'CONTROL_MESSAGE',
      logEvents: [{ message: 'x' }],
    },
    'SNS subscription confirmation': { Type: 'SubscriptionConfirmation', TopicArn: 'a' },
    'S3 test event': { Service: 'Amazon S3', Event: 's3:TestEvent' },
    'wrapper without records': { Events: [] },
  }
  test.each(Object.entries(ignored))('%s', (reason, value) => {
    expect(look(value)).toMatchObject({ records: [], ignored: [reason], dead: [] })
  })

  const refused: Record<string, unknown> = {
    'Records[0].eventSource: S3 event notification': {
      Records: [
        { eventVersion: '2.1', eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: {} },
      ],
    },
    's3ObjectKey: CloudTrail delivery notification': {
      s3Bucket: 'logs',
      s3ObjectKey: ['a.json.gz'],
    },
    'event.original: Elastic export without': { aws: { cloudtrail: { event_type: 'x' } } },
    'raw_data: OCSF event without': { class_uid: 6003, api: {} },
    'result._raw: Splunk export without': { preview: false, result: { eventName: 'x' } },
    'useridentity: Athena prints': {
      eventversion: '1',
      eventname: 'x',
      useridentity: '{type=IAMUser}',
    },
    'Body: text that is no JSON': { MessageId: '1', Body: 'hello' },
    'awslogs.data: gzip that is cut': {
      awslogs: { data: Buffer.from([0x1f, 0x8b, 8]).toString('base64') },
    },
  }
  test.each(Object.entries(refused))('%s', (reason, value) => {
    const seen = look(value)
    expect(seen).toMatchObject({ records: [], ignored: [] })
    expect(seen.dead).toHaveLength(1)
    expect(seen.dead[0]).toContain(reason)
  })

  test('wrappers are opened only so deep', () => {
    const nested = (depth: number): unknown =>
      depth === 0 ? event : { _source: nested(depth - 1) }
    expect(look(nested(limits.wrappers)).records).toEqual([event])
    expect(look(nested(limits.wrappers + 1)).dead[0]).toContain('wrapped more than 8 times')
  })
})
