import { expect, test } from 'vitest'
import { pinoLog } from './log.ts'

/** Never a real secret: each is made of a word that the output is searched for. */
const canary = 'CANARY'
const longCanary = canary.repeat(20)

function logged(write: (log: ReturnType<typeof pinoLog>) => void): string {
  const lines: string[] = []
  write(pinoLog('debug', { write: (line) => lines.push(line) }))
  return lines.join('')
}

test.each<[string, Record<string, unknown>]>([
  ['session token', { sessionToken: canary }],
  ['nested credentials', { responseElements: { credentials: { accessKeyId: canary } } }],
  ['secret key in a list', { keys: [{ secretAccessKey: canary }] }],
  ['header with dashes', { headers: { 'X-Amz-Security-Token': canary } }],
  ['header in capitals', { headers: { AUTHORIZATION: `Bearer ${canary}` } }],
  ['secret string of Secrets Manager', { SecretString: canary }],
  ['password', { requestParameters: { password: canary } }],
  ['snake case', { client_secret: canary }],
  ['bearer in a text', { note: `sent Bearer ${canary}.abc` }],
  ['JSON in a text', { body: `{"SessionToken":"${canary}","other":1}` }],
  ['query string', { url: `https://example.com/?X-Amz-Signature=${canary}&a=b` }],
  ['form', { body: `password=${canary}&user=a` }],
  ['token without a name', { value: longCanary }],
  ['JSON web token', { value: `eyJhbGciOiJIUzI1NiJ9.${canary}.${canary}` }],
  ['private key', { value: `-----BEGIN PRIVATE KEY-----\n${canary}` }],
  ['error message', { err: new Error(`failed with token=${canary}`) }],
  ['field of an error', { err: Object.assign(new Error('failed'), { token: canary }) }],
  ['cause of an error', { err: new Error('x', { cause: { password: canary } }) }],
  ['too deep to look', { a: { b: { c: { d: { e: { f: { g: { h: { i: canary } } } } } } } } }],
  ['long name of a field', { [longCanary]: 1 }],
])('no secret comes out: %s', (_, fields) => {
  const out = logged((log) => log.warn('seen', fields))
  expect(out).toContain('"msg":"seen"')
  expect(out).not.toContain(canary)
})

test('no secret comes out of the message itself', () => {
  const out = logged((log) => log.error(`cannot use secretAccessKey: ${canary}`))
  expect(out).toContain('cannot use')
  expect(out).not.toContain(canary)
})

test('what is no secret stays readable', () => {
  const out = logged((log) => log.info('read', { source: 'trail.json', records: 3, big: 5n }))
  expect(JSON.parse(out)).toMatchObject({ msg: 'read', source: 'trail.json', records: 3, big: '5' })
})

test('a line below the level does not come out', () => {
  const lines: string[] = []
  pinoLog('warn', { write: (line) => lines.push(line) }).info('not this')
  expect(lines).toEqual([])
})
