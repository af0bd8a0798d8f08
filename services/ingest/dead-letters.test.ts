import { expect, test } from 'vitest'
import { withoutSecrets } from './dead-letters.ts'

const canary = 'canary-7'
const secretKey = `${'aB3/'.repeat(9)}aB3+`

test.each([
  ['a password of any name', { newPassword: canary }],
  ['a secret', { secret: canary }],
  ['a header', { Authorization: canary }],
  ['a prompt', { 'gen_ai.prompt': canary }],
  ['the arguments of a tool', { tool: { arguments: canary } }],
  ['a session token as the id of a credential', { credential: `IQoJb3JpZ2lu${canary}` }],
  ['a JWT as the id of a credential', { credential: `eyJhbGciOiJub25lIn0.${canary}` }],
  ['a message in OTLP', { key: 'gen_ai.input.messages', value: { stringValue: canary } }],
])('a dead letter keeps no secret and no conversation: %s', (_, record) => {
  const kept = withoutSecrets(JSON.stringify({ ...record, id: 'seen' }))
  expect(kept).not.toContain(canary)
  expect(kept).toContain('[redacted]')
  expect(kept).toContain('seen')
})

test('a secret access key goes, a digest and a key id stay', () => {
  const digest = '0123456789abcdef0123456789abcdef01234567'
  const kept = withoutSecrets(
    JSON.stringify({ credential: secretKey, digest, key: 'AKIAEXAMPLE000000001' }),
  )
  expect(kept).not.toContain(secretKey)
  expect(kept).toContain(digest)
  expect(kept).toContain('AKIAEXAMPLE000000001')
})

test('a long line without an end takes no time', () => {
  const before = performance.now()
  withoutSecrets(`"key":"${'content'.repeat(20_000)}`)
  withoutSecrets(`${'"password":"'.repeat(20_000)}`)
  expect(performance.now() - before).toBeLessThan(500)
})
