import { expect, test } from 'vitest'
import { announcedIn } from './announced.ts'

/** As S3 writes it (S3 User Guide, "event message structure"), as far as anybody reads it. */
const notification = (key: string, eventName = 'ObjectCreated:Put', more: object = {}) => ({
  Records: [
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'us-east-1',
      eventTime: '2026-05-04T09:00:00.000Z',
      eventName,
      s3: {
        s3SchemaVersion: '1.0',
        bucket: { name: 'trail', arn: 'arn:aws:s3:::trail' },
        object: { key, size: 1024, eTag: 'd41d8cd98f00b204e9800998ecf8427e', ...more },
      },
    },
  ],
})

/** As S3 sends it to EventBridge (S3 User Guide, "EventBridge event structure"). */
const event = (type: string, key: string, more: object = {}) => ({
  version: '0',
  'detail-type': type,
  source: 'aws.s3',
  detail: { version: '0', bucket: { name: 'trail' }, object: { key, size: 5, ...more } },
})

const bySns = (message: unknown) => ({
  Type: 'Notification',
  TopicArn: 'arn:aws:sns:us-east-1:111122223333:trail',
  Message: typeof message === 'string' ? message : JSON.stringify(message),
})

const read = (value: unknown) => announcedIn(JSON.stringify(value))
const places = (...all: readonly object[]) => ({ as: 'objects', places: all, odd: [] })
const at = (key: string) => ({ bucket: 'trail', key })

test('keys of a notification are written as in a form, and those of an event are not', () => {
  expect(read(notification('a%2Bb/c+d/%C3%BC.json.gz'))).toEqual(places(at('a+b/c d/ü.json.gz')))
  expect(read(event('Object Created', 'a%2Bb+c'))).toEqual(places(at('a%2Bb+c')))
})

test('the version is kept, so that what was announced is read', () => {
  const version = '096fKKXTRTtl3on89fVO.nfljtsv6qko'
  const expected = places({ ...at('k'), version })
  expect(read(notification('k', 'ObjectCreated:Put', { versionId: version }))).toEqual(expected)
  expect(read(event('Object Created', 'k', { 'version-id': version }))).toEqual(expected)
})

test('through SNS, and through SNS after EventBridge', () => {
  expect(read(bySns(notification('k')))).toEqual(places(at('k')))
  expect(read(bySns(event('Object Created', 'k')))).toEqual(places(at('k')))
})

test('a trail tells of its files itself', () => {
  const told = { s3Bucket: 'trail', s3ObjectKey: ['a.json.gz', 'b.json.gz'] }
  expect(read(bySns(told))).toEqual(places(at('a.json.gz'), at('b.json.gz')))
})

test('what tells of no new object is nothing', () => {
  const setUp = { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'trail' }
  for (const each of [
    setUp,
    bySns(setUp),
    notification('k', 'ObjectRemoved:Delete'),
    event('Object Deleted', 'k'),
    bySns('CloudTrail validation message.'),
    { Type: 'SubscriptionConfirmation', TopicArn: 'arn:aws:sns:us-east-1:111122223333:trail' },
    { Type: 'UnsubscribeConfirmation', TopicArn: 'arn:aws:sns:us-east-1:111122223333:trail' },
  ])
    expect(read(each)).toEqual({ as: 'nothing' })
  expect(announcedIn('CloudTrail validation message.')).toEqual({ as: 'nothing' })
})

test('what is no announcement is something else', () => {
  let deep: unknown = notification('k')
  for (let depth = 0; depth < 8; depth++) deep = bySns(deep)
  const call = { source: 'aws.s3', 'detail-type': 'AWS API Call via CloudTrail', detail: {} }
  for (const each of [
    deep,
    call,
    {},
    [],
    7,
    { Records: [] },
    { Records: [{ eventSource: 'aws:s3' }] },
    { Records: [...notification('k').Records, { eventName: 'x' }] },
  ])
    expect(read(each)).toEqual({ as: 'other' })
  expect(announcedIn('{"half":')).toEqual({ as: 'other' })
})

test('an odd key costs the objects beside it nothing', () => {
  const { Records } = notification('a')
  const mixed = { Records: [...Records, ...notification('%E0%A4%A').Records] }
  expect(read(mixed)).toEqual({ as: 'objects', places: [at('a')], odd: ['object 2'] })
  expect(read({ s3Bucket: 'trail', s3ObjectKey: [7, 'b'] })).toEqual({
    as: 'objects',
    places: [at('b')],
    odd: ['object 1'],
  })
  expect(read(event('Object Created', ''))).toMatchObject({ places: [], odd: ['object 1'] })
})
