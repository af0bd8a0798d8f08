import { describe, expect, test } from 'vitest'
import { looksLikeSecret } from './secrets.ts'

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
