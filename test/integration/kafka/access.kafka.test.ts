import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { topicsOf } from '#infra/kafka/topics.ts'
import { configFrom } from '#shared/config.ts'
import { Unusable } from '#shared/errors.ts'
import type { Log } from '#shared/ports/log.ts'
import { collector, until } from '#test/contracts/topic.ts'
import { selfSigned } from '#test/integration/servers/certificate.ts'
import { user } from '#test/integration/servers/kafka-settings.ts'
import { broker } from './broker.ts'

const sealing = selfSigned()
const { kafka, fresh } = broker(() => ({ sealing }))
const folder = mkdtempSync(join(tmpdir(), 'keytrail-'))
afterAll(() => rmSync(folder, { recursive: true }))
const put = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return name
}
put('ca.pem', sealing.cert)
put('other.pem', selfSigned().cert)
put('password', `${user.password}\n`)

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
/** As brokers take it that are told to believe whoever comes (RFC 7519 §6.1). */
const token = (seconds: number): string => {
  const now = Math.floor(Date.now() / 1000)
  return `${base64({ alg: 'none' })}.${base64({ sub: 'keytrail', iat: now - 60, exp: now + seconds })}.`
}

const lines: string[] = []
const line = (message: string, fields: unknown = {}): void =>
  void lines.push(`${message} ${JSON.stringify(fields)}`)
const listening: Log = { debug: line, info: line, warn: line, error: line }

/** The topic as the settings name it, by TLS, in a group of its own. */
function topicBy(topic: string, given: object) {
  const brokers = kafka().sealed
  const source = { name: 'in', brokers, topic, format: 'cloudtrail', group: `g-${topic}`, ...given }
  const { topics } = configFrom({ file: { name: 'x', content: { topics: [source] } } })
  const environment = { PASSWORD: user.password, WRONG: 'CANARY' }
  const found = topicsOf(topics, { environment, cwd: folder, log: listening }).get('in')
  if (!found) throw new Error('no topic')
  return found
}

const tls = { ca: 'ca.pem' }
const byPassword = { username: user.username, password: 'file:password' }

test.each(['plain', 'scram-sha-256', 'scram-sha-512'])('TLS and %s', async (mechanism) => {
  const { topic, append, end } = await fresh([], 1)
  await append(0, ['x'])
  // Relative files count from the working directory of the program; secrets as well.
  const password = `file:${join(folder, 'password')}`
  const found = topicBy(topic, { tls, sasl: { mechanism, ...byPassword, password } })
  const one = collector()
  const reader = await found.read(one.handler, 'earliest')
  await until(() => one.taken.length === 1)
  await reader.close()
  const wrong = topicBy(topic, { tls, sasl: { mechanism, ...byPassword, password: 'env:WRONG' } })
  await expect(wrong.read(collector().handler, 'earliest')).rejects.toThrow(/authentication/i)
  await end()
  expect(lines.join('\n')).not.toMatch(/CANARY|only-for-tests/)
})

test('OAUTHBEARER: whoever renews the token writes the file', async () => {
  const { topic, append, end } = await fresh([], 1)
  await append(0, ['x'])
  const path = join(folder, put('token', token(-30)))
  const found = topicBy(topic, { tls, sasl: { mechanism: 'oauthbearer', token: `file:${path}` } })
  await expect(found.read(collector().handler, 'earliest')).rejects.toThrow(/asking for the topic/)
  put('token', token(3_600))
  const one = collector()
  const reader = await found.read(one.handler, 'earliest')
  await until(() => one.taken.length === 1)
  await reader.close()
  await end()
  expect(lines.join('\n')).not.toContain('eyJ')
})

test('a broker that somebody else vouches for is not spoken to', async () => {
  const { topic, end } = await fresh([], 1)
  const sasl = { mechanism: 'plain', ...byPassword, password: 'env:PASSWORD' }
  for (const [given, why] of [
    [{ ca: 'other.pem' }, /self-signed|certificate/i],
    [{ ca: 'ca.pem', serverName: 'elsewhere.example' }, /altnames|certificate/i],
  ] as const) {
    const found = topicBy(topic, { tls: given, sasl })
    await expect(found.read(collector().handler, 'earliest')).rejects.toThrow(why)
  }
  await end()
})

test('what is missing is said at the start, without what it is', () => {
  const sasl = { mechanism: 'plain', ...byPassword }
  expect(() => topicBy('t', { tls: { ca: 'none.pem' } })).toThrow(Unusable)
  expect(() => topicBy('t', { tls, sasl: { ...sasl, password: 'env:NOBODY' } })).toThrow(
    'topics: in: env:NOBODY holds no secret',
  )
  expect(() =>
    topicBy('t', { tls, sasl: { mechanism: 'oauthbearer', token: 'file:nowhere' } }),
  ).toThrow(Unusable)
})
