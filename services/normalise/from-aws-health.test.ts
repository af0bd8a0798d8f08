import { expect, test } from 'vitest'
import { normalise } from './normalise.ts'

const key = 'AKIAEXAMPLE000000001'
const other = 'AKIAEXAMPLE000000002'
const event = {
  version: '0',
  id: '7bf73129-1428-4cd3-a780-95db273d1602',
  'detail-type': 'AWS Health Event',
  source: 'aws.health',
  account: '111122223333',
  time: '2026-05-04T09:01:00Z',
  region: 'us-east-1',
  detail: {
    eventArn: 'arn:aws:health:us-east-1::event/RISK/AWS_RISK_CREDENTIALS_EXPOSED/EXAMPLE',
    service: 'RISK',
    eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED',
    affectedEntities: [{ entityValue: key }, { entityValue: other }, { entityValue: key }],
  },
}
const read = (value: unknown) =>
  normalise({ pointer: { source: 'test', offset: 0 }, value }, { trustedAccounts: new Set() })
const withDetail = (more: object): object => ({ ...event, detail: { ...event.detail, ...more } })

test('each key that the event names is one fact, called after the event and not after its envelope', () => {
  const fact = {
    kind: 'key.exposed',
    id: event.detail.eventArn,
    at: Date.UTC(2026, 4, 4, 9, 1),
    account: '111122223333',
    code: 'AWS_RISK_CREDENTIALS_EXPOSED',
  }
  expect(read(event)).toEqual({
    as: 'mapped',
    record: `health/${event.id}`,
    activities: [
      { ...fact, credential: key },
      { ...fact, credential: other },
    ],
  })
})

test('an event for an organisation names the account that it is about', () => {
  expect(read(withDetail({ affectedAccount: '444455556666' }))).toMatchObject({
    activities: [{ account: '444455556666' }, { account: '444455556666' }],
  })
})

test.each([
  [
    'is not about credentials',
    withDetail({ eventTypeCode: 'AWS_EC2_INSTANCE_RETIREMENT' }),
    { as: 'ignored', reason: 'AWS Health event that is not about credentials' },
  ],
  [
    'names no key id',
    withDetail({ affectedEntities: [{ entityValue: 'user/bob' }, 7, null] }),
    { as: 'dead', field: 'detail.affectedEntities' },
  ],
  [
    'names too many keys',
    withDetail({
      affectedEntities: Array.from({ length: 10_001 }, (_, i) => ({
        entityValue: `AKIA${String(i).padStart(16, '0')}`,
      })),
    }),
    { as: 'dead', field: 'detail.affectedEntities' },
  ],
  ['has entities that are no list', withDetail({ affectedEntities: key }), { as: 'dead' }],
  ['has no time', { ...event, time: undefined }, { as: 'dead', field: 'time' }],
  ['has no id', { ...withDetail({ eventArn: '' }), id: '' }, { as: 'dead', field: 'id' }],
])('an event that %s is told by name', (_, value, wanted) => {
  expect(read(value)).toMatchObject(wanted)
})

test('no entities that are none hide a key', () => {
  const others = Array.from({ length: 300 }, (_, i) => ({ entityValue: `user/u${i}` }))
  expect(read(withDetail({ affectedEntities: [...others, { entityValue: key }] }))).toMatchObject({
    activities: [{ credential: key }],
  })
})
