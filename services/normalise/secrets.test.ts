import { describe, expect, test } from 'vitest'
import { chanceFrom } from '#services/replay/chance.ts'
import { agentOf } from './places.ts'
import { cleaned, looksLikeSecret, withoutSecrets } from './secrets.ts'

describe('secrets where a public id belongs', () => {
  test.each([
    ['session token', `IQoJ${'a1B2'.repeat(60)}`],
    ['JWT', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.'],
    ['secret access key', 'wJalrEXAMPLEKEY/EXAMPLEKEYbPxRfiCYEXAMPLE'.slice(0, 40)],
    ['bearer header', 'Bearer abc'],
    ['API key', 'sk-example-000000'],
    ['long base64', 'Zm9v'.repeat(30)],
  ])('%s', (_, text) => expect(looksLikeSecret(text)).toBe(true))
})

describe('public ids and fingerprints pass', () => {
  test.each([
    ['user key id', 'AKIAEXAMPLE000000001'],
    ['session key id', 'ASIAEXAMPLE000000001'],
    ['SHA-1', '0123456789abcdef0123456789abcdef01234567'],
    ['SHA-256', '0123456789abcdef'.repeat(4)],
    ['SHA-512', '0123456789abcdef'.repeat(8)],
    ['fingerprint with its algorithm', `hmac-sha256:${'Zm9v'.repeat(20)}`],
    ['base64url of SHA-256', 'kD3xq9ZpTnE-RcVb_LmWs0YhJuGi2FoA7eXy4NtQ1Pw'],
    ['UUID', '3d6f0a7e-5b1c-4c8e-9f2a-000000000001'],
  ])('%s', (_, text) => expect(looksLikeSecret(text)).toBe(false))
})

/** Forty signs of chance, as IAM gives them out; of no account. */
const chancy = 'q7Lw/Zk2Tn9Xc4Rb+1Vf8Gh3Jd6Ms0Py5Ua2Ei7O'
const inBase64 = (text: string): string => Buffer.from(text).toString('base64')

describe('secrets without a form', () => {
  test.each([
    ['alone', chancy],
    ['in a user agent', `agent/1.0 (${chancy}) linux`],
    ['in a session name', `111122223333/role/ci/run-${chancy}`],
    ['as a session name with a slash before it', `111122223333/role/ci/${chancy}`],
    ['in a path', `prod/${chancy}/v1`],
    ['behind its name', `aws_secret_access_key=${chancy}`],
  ])('an AWS secret access key %s is replaced', (_, text) => {
    const shown = withoutSecrets(text)
    expect(shown).toMatch(/\[secret( [0-9a-f]+)?\]/)
    expect(shown).not.toContain('Xc4Rb')
    expect(withoutSecrets(shown)).toBe(shown)
  })

  test('of keys of chance hardly one is missed', () => {
    const signs = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    const chance = chanceFrom(1)
    const keys = Array.from({ length: 2_000 }, () =>
      Array.from({ length: 40 }, () => signs[Math.floor(64 * chance())]).join(''),
    )
    expect(keys.filter((key) => withoutSecrets(key) === key).length).toBeLessThan(10)
  })

  test.each([
    ['SHA-1', '0123456789abcdef0123456789abcdef01234567'],
    ['SHA-1 in upper case', '0123456789ABCDEF0123456789ABCDEF01234567'],
    ['SHA-256 in base64', `${'kD3xq9ZpTnE+RcVb/LmWs0YhJuGi2FoA7eXy4NtQ1P'}w=`],
    ['thirty bytes of text in base64', inBase64('user:ana.maria-2026-05-04-run7')],
    ['a session in the style of a name', 'DeployPipelineProductionEuWest1Run000042'],
    ['a path', 'AWSLogs/111122223333/CloudTrail/Digest/7'],
    ['a path that is longer', 'Team/Reports2026/May/AWSLogs/111122223333/CloudTrail/Digest/7'],
    ['an ARN', 'arn:aws:iam::111122223333:role/aws-service-role/Some0ServiceRoleForTheThing'],
  ])('%s stays', (_, text) => expect(withoutSecrets(text)).toBe(text))

  test.each([
    ['password=hunter22', 'password=[secret]'],
    ['curl/8 (user=ana;PWD=hunter22; x)', 'curl/8 (user=ana;PWD=[secret]; x)'],
    ['run-client_secret=a1b2c3d4', 'run-client_secret=[secret]'],
    ['db/apiKey="two words"&x=1', 'db/apiKey=[secret]&x=1'],
  ])('the value in %s is replaced, for all by one sign', (text, shown) =>
    expect(withoutSecrets(text)).toBe(shown),
  )

  test('what has a form keeps a sign of its own behind its name', () =>
    expect(withoutSecrets(`token=ghp_${'a1B2'.repeat(9)}`)).toMatch(/^token=\[secret [0-9a-f]+\]$/))

  test.each([
    'verify-token=false',
    'password:111122223333/user/ana',
    'arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/payments-AbCdEf',
  ])('%s stays, the colon too', (text) => expect(withoutSecrets(text)).toBe(text))

  test('in a user agent a colon says it as well, and the name of a secret in an ARN does not', () => {
    expect(agentOf('bot/1 pwd: hunter22 (linux)').agent).toBe('bot/1 pwd: [secret] (linux)')
    expect(agentOf('bot/1 password:"two words"').agent).toBe('bot/1 password:[secret]')
    const arn = 'bot/1 arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/payments-AbCdEf'
    expect(agentOf(arn).agent).toBe(arn)
  })
})

describe('secrets inside of what callers write', () => {
  const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln'
  test.each([
    ['a header in a user agent', `agent/1.0 Bearer ${jwt} (linux)`],
    ['a JWT in a name', `prod/db-${jwt}`],
    ['a session token', `x IQoJ${'a1B2'.repeat(60)}`],
    ['an API key', `run-sk-${'a1B2'.repeat(6)}`],
    ['a token of GitHub as session name', `1/role/ci/ghp_${'a1B2'.repeat(9)}`],
    ['a key in PEM', `-----BEGIN PRIVATE KEY----- ${'a1B2'.repeat(9)} -----END PRIVATE KEY-----`],
  ])('%s is replaced by a sign of its own', (_, text) => {
    const shown = withoutSecrets(text)
    expect(shown).toMatch(/\[secret [0-9a-f]+\]/)
    expect(shown).not.toMatch(/a1B2|eyJzd/)
    expect(withoutSecrets(text)).toBe(shown)
    expect(withoutSecrets(text.replace('a1B2', 'a1B3').replace('c2ln', 'c2lo'))).not.toBe(shown)
  })

  test.each([
    'aws-sdk-go-v2/1.38.26 ua/2.1 os/linux lang/go#1.25.2 md/GOOS#linux',
    '111122223333/role/agent-task-role-206/t-10004b6-disk-0123456789abcdef',
    'arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/payments-AbCdEf',
  ])('%s stays', (text) => expect(withoutSecrets(text)).toBe(text))

  test('plain data stays the same object where there is none', () => {
    const data = { deeds: [{ target: 'user/bob', to: ['444455556666'] }], target: 'user/bob', n: 1 }
    expect(cleaned(data)).toBe(data)
    expect(cleaned({ [`tag-${jwt}`]: 'x' })).toEqual({ [withoutSecrets(`tag-${jwt}`)]: 'x' })
    expect(cleaned({ ...data, target: `secret/${jwt}` })).toEqual({
      ...data,
      target: withoutSecrets(`secret/${jwt}`),
    })
  })
})
