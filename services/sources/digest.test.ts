import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digestAt, readDigest, type DigestPlace } from './digest.ts'

const account = '111122223333'
const path = (name: string) => `${account}/CloudTrail-Digest/eu-west-1/2026/05/04/${name}`
const name = `${account}_CloudTrail-Digest_eu-west-1_my.trail-1_us-east-1_20260504T110131Z.json.gz`
const end = Date.parse('2026-05-04T11:01:31Z')

describe('the place of a digest', () => {
  test.each([
    ['a tree as it is in the bucket', `/data/AWSLogs/${path(name)}`, '/data/AWSLogs/'],
    ['a trail of an organisation', `AWSLogs/o-abc123/${path(name)}`, 'AWSLogs/o-abc123/'],
    ['a folder that begins with the account', path(name), ''],
    ['unpacked', `x/${path(name.replace('.gz', ''))}`, 'x/'],
  ])('%s', (_, file, root) => {
    const trail = { region: 'eu-west-1', trail: 'my.trail-1', home: 'us-east-1' }
    expect(digestAt(file)).toEqual({ account, ...trail, end, root })
  })

  test.each([
    `/data/${account}/CloudTrail/eu-west-1/2026/05/04/${account}_CloudTrail_eu-west-1_20260504T1100Z_a.json.gz`,
    `/data/${path('notes.txt')}`,
    `/data/${path(name.replace('20260504T110131Z', '20269904T110131Z'))}`,
    '',
  ])('is none: %s', (file) => {
    expect(digestAt(file)).toBeUndefined()
  })
})

const place: DigestPlace = {
  account,
  region: 'eu-west-1',
  trail: 'my.trail-1',
  home: 'us-east-1',
  end,
  root: '/',
}
const hash = 'AB'.repeat(32)
const key = `AWSLogs/${account}/CloudTrail/eu-west-1/2026/05/04/${account}_CloudTrail_eu-west-1_20260504T1030Z_a1.json.gz`
const digest = {
  awsAccountId: account,
  digestStartTime: '2026-05-04T10:01:31Z',
  digestEndTime: '2026-05-04T11:01:31Z',
  logFiles: [{ s3Bucket: 'b', s3Object: key, hashValue: hash, hashAlgorithm: 'SHA-256' }],
}

describe('what a digest says', () => {
  test('is its hour, and what was delivered in it', () => {
    expect(readDigest(JSON.stringify(digest), place)).toEqual({
      start: Date.parse('2026-05-04T10:01:31Z'),
      end,
      files: [{ path: key.slice('AWSLogs/'.length), hash: hash.toLowerCase() }],
    })
  })

  const named = (change: object) => ({
    ...digest,
    logFiles: [{ ...digest.logFiles[0], ...change }],
  })
  test.each<[string, unknown, string]>([
    ['no JSON', undefined, ''],
    ['another shape', [], ''],
    ['no hour', { ...digest, digestEndTime: 'yesterday' }, 'digestEndTime'],
    ['another hour', { ...digest, digestEndTime: '2026-05-04T12:01:31Z' }, 'digestEndTime'],
    [
      'an hour backwards',
      { ...digest, digestStartTime: '2026-05-04T11:01:32Z' },
      'digestStartTime',
    ],
    ['another account', { ...digest, awsAccountId: '444455556666' }, 'awsAccountId'],
    ['no list', { ...digest, logFiles: {} }, 'logFiles'],
    ['no hash', named({ hashValue: 'x' }), 'logFiles.0.hashValue'],
    ['another hash', named({ hashAlgorithm: 'MD5' }), 'logFiles.0.hashAlgorithm'],
    [
      'a file of another region',
      named({ s3Object: key.replace('eu-west-1/', 'eu-west-2/') }),
      'logFiles.s3Object',
    ],
    ['a file of elsewhere', named({ s3Object: `${key}/../../../../../x` }), 'logFiles.s3Object'],
  ])('is refused: %s', (_, value, field) => {
    expect(readDigest(JSON.stringify(value) ?? '{', place)).toEqual({
      reason: expect.stringContaining('digest'),
      field,
    })
  })

  test('whatever the file holds, it is a digest or refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const read = readDigest(text, place)
        expect('files' in read || read.reason !== '').toBe(true)
      }),
    )
  })
})
