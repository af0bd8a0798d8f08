import { expect, test } from 'vitest'
import { ConfigError, configFrom } from '#shared/config.ts'

const topicsOf = (...topics: readonly object[]) =>
  configFrom({ file: { name: 'keytrail.yaml', content: { topics } } }).topics

function problems(...topics: readonly object[]): readonly string[] {
  try {
    topicsOf(...topics)
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.problems
    throw thrown
  }
  return []
}

const trail = { name: 'trail', brokers: ['b-1.example:9092'], topic: 'trail', format: 'cloudtrail' }
const spans = { ...trail, name: 'spans', topic: 'otlp_spans', format: 'otlp_proto', agents: ['*'] }
const password = { mechanism: 'plain', username: 'u', password: 'env:P' }

test('what is left out of a topic has its default', () => {
  expect(topicsOf(trail)).toEqual([{ ...trail, tls: false, agents: [], begin: 'earliest' }])
  const environment = { KEYTRAIL_TOPICS: JSON.stringify([spans]) }
  expect(configFrom({ environment }).topics).toHaveLength(1)
})

test.each<[object, string]>([
  [{ ...trail, agents: ['a'] }, 'agents'],
  [{ ...trail, format: 'activities' }, 'agents'],
  [{ ...spans, topic: 'telemetry' }, 'signal'],
  [{ ...spans, topic: 'otlp_metrics' }, 'signal'],
  [{ ...trail, sasl: password }, 'tls'],
  [{ ...trail, tls: { cert: 'c.pem' } }, 'tls'],
  [{ ...trail, brokers: [] }, 'brokers'],
  [{ ...trail, brokers: ['b-1.example'] }, 'brokers'],
  [{ ...trail, topic: '..' }, 'topic'],
  [{ ...trail, name: 'a/b' }, 'name'],
  [{ ...trail, tls: true, sasl: { ...password, password: 'CANARY' } }, 'sasl'],
  [{ ...trail, tls: true, sasl: { ...password, mechanism: 'gssapi' } }, 'sasl'],
])('%j is refused because of its %s', (topic, field) => {
  const found = problems(topic)
  expect(found).toHaveLength(1)
  expect(found[0]).toContain(`topics.0.${field}`)
  expect(found[0]).not.toContain('CANARY')
})

test('a password may go in the clear to this machine, and by TLS elsewhere', () => {
  const here = ['localhost:9092', '127.0.0.1:9092', '[::1]:9092']
  expect(problems({ ...trail, sasl: password, brokers: here })).toEqual([])
  expect(problems({ ...trail, sasl: password, tls: { ca: 'ca.pem' } })).toEqual([])
  expect(problems({ ...trail, sasl: password, brokers: [...here, 'b.example:1'] })).toHaveLength(1)
})

test('two topics of one name are refused', () => {
  expect(problems(trail, trail)).toEqual([
    'topics (from keytrail.yaml) is not allowed: names must differ',
  ])
})

test('results go to the topics that are named, and need one', () => {
  const bus = { name: 'bus', kind: 'kafka', brokers: ['b:9092'] }
  const destinations = (topics: object, more: object = {}) =>
    configFrom({
      file: { name: 'x', content: { alerts: { destinations: [{ ...bus, ...more, topics }] } } },
    }).alerts.destinations
  expect(destinations({ incidents: 'keytrail-incidents' })).toEqual([
    { ...bus, severity: 'low', tls: false, topics: { incidents: 'keytrail-incidents' } },
  ])
  expect(() => destinations({})).toThrow('alerts.destinations.0.topics')
  expect(() => destinations({ incidents: 'x' }, { sasl: password })).toThrow(
    'alerts.destinations.0.tls',
  )
})
