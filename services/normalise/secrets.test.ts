import { describe, expect, test } from 'vitest'
import { cleaned, looksLikeSecret, withoutTokens } from './secrets.ts'

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
    const shown = withoutTokens(text)
    expect(shown).toMatch(/\[secret [0-9a-f]+\]/)
    expect(shown).not.toMatch(/a1B2|eyJzd/)
    expect(withoutTokens(text)).toBe(shown)
    expect(withoutTokens(text.replace('a1B2', 'a1B3').replace('c2ln', 'c2lo'))).not.toBe(shown)
  })

  test.each([
    'aws-sdk-go-v2/1.38.26 ua/2.1 os/linux lang/go#1.25.2 md/GOOS#linux',
    '111122223333/role/agent-task-role-206/t-10004b6-disk-0123456789abcdef',
    'arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/payments-AbCdEf',
  ])('%s stays', (text) => expect(withoutTokens(text)).toBe(text))

  test('plain data stays the same object where there is none', () => {
    const data = { deeds: [{ target: 'user/bob', to: ['444455556666'] }], target: 'user/bob', n: 1 }
    expect(cleaned(data)).toBe(data)
    expect(cleaned({ ...data, target: `secret/${jwt}` })).toEqual({
      ...data,
      target: withoutTokens(`secret/${jwt}`),
    })
  })
})
