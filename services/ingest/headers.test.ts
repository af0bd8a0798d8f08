import { expect, test } from 'vitest'
import { headerKeyBytes, isHeaderKey, matchHeader } from './headers.ts'

const names = [
  'Records',
  'Events',
  'events',
  'Messages',
  'eventVersion',
  'eventID',
  'Event',
  'kind',
  'eventName',
  'Everything',
  'Message',
  'M',
  '',
  'records',
  'awsRegion',
]

test.each(names)('the quick look at `%s` rules out only what does not match', (name) => {
  const bytes = Buffer.from(`{"${name}":[{"eventName":"GetObject"},{}]}`.padEnd(300))
  const matched = matchHeader(bytes, 0, bytes.length)
  expect(bytes.length).toBeGreaterThan(headerKeyBytes)
  const isWrapper = typeof matched === 'number'
  expect(isWrapper && !isHeaderKey(bytes, 2)).toBe(false)
  expect(matched).not.toBe('unsure')
})

test('the names that records begin with are ruled out', () => {
  for (const name of ['eventVersion', 'eventTime', 'awsRegion', 'kind'])
    expect(isHeaderKey(Buffer.from(`{"${name}":"1.11","userIdentity":{}}`), 2)).toBe(false)
})
