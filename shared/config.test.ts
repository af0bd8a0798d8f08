import { expect, test } from 'vitest'
import { allSettings, configFrom, ConfigError, type ConfigSources } from '#shared/config.ts'
import { settingsHelp, settingsPage, wrapped } from '#shared/config/help.ts'

function problems(sources: ConfigSources): readonly string[] {
  try {
    configFrom(sources)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

const file = (content: unknown) => ({ file: { name: 'keytrail.yaml', content } })

test('without any source every setting has its default', () => {
  expect(configFrom()).toEqual({
    partitions: 4,
    batch: 2000,
    issuers: [],
    tags: { task: ['task_id', 'task'], agent: ['agent_id', 'agent'], human: ['user_id', 'user'] },
    sessionName: undefined,
    twoPlaces: { windowSeconds: 600 },
    afterEnd: { graceSeconds: 60 },
    denied: { burst: 10 },
    harvest: { names: 10 },
    accounts: { trusted: [] },
    data: 'keytrail.db',
    database: { leaseSeconds: 10 },
    folders: [],
    topics: [],
    message: { elements: 20_000, unfoldedMegabytes: 16 },
    http: { host: '127.0.0.1', port: 4318, certificate: '', key: '', behindTls: false },
    aws: { accounts: [], queues: [], endpoint: '', allowOtherEndpoint: false, pollSeconds: 60 },
    serve: { folderSeconds: 5, keepDays: 30, snapshotSeconds: 30 },
    alerts: { holdSeconds: 60, destinations: [] },
    contain: {
      approve: [],
      auto: [],
      protected: [],
      responders: [],
      autoHour: 5,
      autoDay: 20,
      allHour: 100,
      breakerAt: 2,
      approvalHours: 24,
    },
  })
})

test('destinations: what is left out has its default, and text is JSON', () => {
  const said = [{ name: 'soc', kind: 'webhook', url: 'https://soc.example/in', secrets: ['env:S'] }]
  const environment = { KEYTRAIL_ALERTS_DESTINATIONS: JSON.stringify(said) }
  const expected = [{ ...said[0], severity: 'low', allow: [] }]
  expect(configFrom({ environment }).alerts.destinations).toEqual(expected)
  expect(configFrom(file({ alerts: { destinations: said } })).alerts.destinations).toEqual(expected)
})

test('a secret in the place of a reference is refused, and not repeated', () => {
  const secret = 'whsec_Q0FOQVJZQ0FOQVJZQ0FOQVJZ'
  const all = [
    { name: 'a', kind: 'webhook', url: `https://u:${secret}@x.example/`, secrets: [secret] },
    { name: 'b', kind: 'slack', url: `https://hooks.example/${secret}` },
    { name: 'b', kind: 'pagerduty', key: secret, severity: 'worst' },
    secret,
  ]
  const found = problems(file({ alerts: { destinations: all } }))
  expect(found).toHaveLength(5)
  expect(found.join('\n')).toContain('alerts.destinations.0.secrets.0 (from keytrail.yaml)')
  expect(found.join('\n')).not.toContain('CANARY')
  expect(found.join('\n')).not.toContain(secret)
  const twice = [
    { name: 'a', kind: 'file', path: 'x' },
    { name: 'a', kind: 'file', path: 'y' },
  ]
  expect(problems(file({ alerts: { destinations: twice } }))).toEqual([
    'alerts.destinations (from keytrail.yaml) is not allowed: names must differ',
  ])
})

test('a flag wins over a variable, a variable over the file, the file over the default', () => {
  const content = { partitions: 2, batch: 2, twoPlaces: { windowSeconds: 2 } }
  const environment = { KEYTRAIL_BATCH: '3', KEYTRAIL_TWO_PLACES_WINDOW_SECONDS: '3', HOME: '/' }
  const flags = { 'two-places-window-seconds': '4', json: true }
  const config = configFrom({ ...file(content), environment, flags })
  expect(config).toMatchObject({ partitions: 2, batch: 3, twoPlaces: { windowSeconds: 4 } })
})

test.each<[string, ConfigSources]>([
  ['a comma', { environment: { KEYTRAIL_ISSUERS: 'broker, orchestrator,' } }],
  ['a repeated flag', { flags: { issuers: ['broker', 'orchestrator'] } }],
  ['a YAML list', file({ issuers: ['broker', 'orchestrator'] })],
])('a list may be given by %s', (_, sources) =>
  expect(configFrom(sources).issuers).toEqual(['broker', 'orchestrator']),
)

test.each<[string, ConfigSources]>([
  ['an empty file', file(null)],
  ['a group with nothing in it', file({ tags: null, issuers: null })],
  ['an empty variable', { environment: { KEYTRAIL_BATCH: '' } }],
])('%s says nothing', (_, sources) => expect(configFrom(sources)).toEqual(configFrom()))

const range = 'allowed: a whole number from 1 to 1024'

test.each<[ConfigSources, string]>([
  [file({ partitions: 'two' }), `partitions: "two" (from keytrail.yaml) is not allowed; ${range}`],
  [file({ partitions: 0 }), `partitions: 0 (from keytrail.yaml) is not allowed; ${range}`],
  [file({ partitions: 1.5 }), `partitions: 1.5 (from keytrail.yaml) is not allowed; ${range}`],
  [
    { environment: { KEYTRAIL_PARTITIONS: '1e3' } },
    `partitions: "1e3" (from KEYTRAIL_PARTITIONS) is not allowed; ${range}`,
  ],
  [{ flags: { partitions: '-1' } }, `partitions: -1 (from --partitions) is not allowed; ${range}`],
  [
    file({ partition: 2 }),
    'partition (from keytrail.yaml) is not a setting. Did you mean "partitions"?',
  ],
  [
    file({ tags: { tasks: ['x'] } }),
    'tags.tasks (from keytrail.yaml) is not a setting. Did you mean "tags.task"?',
  ],
  [
    { environment: { KEYTRAIL_ISUERS: 'x' } },
    'KEYTRAIL_ISUERS (from the environment) is not a setting. Did you mean "KEYTRAIL_ISSUERS"?',
  ],
  [
    file({ tags: ['task'] }),
    'tags: ["task"] (from keytrail.yaml) is not allowed; allowed: settings below it',
  ],
  [file(['x']), 'keytrail.yaml: not allowed as a whole; allowed: settings, as KEY: VALUE'],
  [
    file({ accounts: { trusted: [111122223333] } }),
    'accounts.trusted: [111122223333] (from keytrail.yaml) is not allowed; allowed: a list of account ids of twelve digits, quoted in YAML',
  ],
  [
    file({ sessionName: '(?<task' }),
    'sessionName: "(?<task" (from keytrail.yaml) is not allowed; allowed: a JavaScript regular expression with a group (?<task>…) or (?<agent>…)',
  ],
])('%j is refused in one sentence', (sources, sentence) =>
  expect(problems(sources)).toEqual([sentence]),
)

test('all problems are told at once', () => {
  const content = { batch: 'x', partitions: 0, nobody: 1 }
  expect(problems(file(content))).toHaveLength(3)
})

test('a key named like a property of every object is unknown, like any other', () => {
  const content: unknown = JSON.parse('{"__proto__": {"batch": 1}, "constructor": 1}')
  expect(problems(file(content))).toHaveLength(2)
})

test('a session name pattern needs one of its groups', () => {
  const sessionName = '^task-(?<task>[a-z0-9]+)$'
  expect(configFrom(file({ sessionName })).sessionName).toBe(sessionName)
  expect(problems(file({ sessionName: '^task-' }))).toHaveLength(1)
})

test('every default is allowed, and every name is used once', () => {
  for (const setting of allSettings) {
    expect(setting.schema.safeParse(setting.fallback).success, setting.key).toBe(true)
  }
  for (const name of ['key', 'flag', 'variable'] as const) {
    expect(new Set(allSettings.map((setting) => setting[name])).size).toBe(allSettings.length)
  }
})

test('the help text', () => expect(settingsHelp()).toMatchSnapshot())

test('docs/settings.md is generated from the table (vitest --update writes it)', async () => {
  await expect(settingsPage()).toMatchFileSnapshot('../docs/settings.md')
})

test('text is broken between words', () => {
  expect(wrapped(`${'x'.repeat(60)} ${'y'.repeat(60)} z`, 2)).toBe(
    `${'x'.repeat(60)}\n  ${'y'.repeat(60)} z`,
  )
})
