import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import type { MappedRecord } from '#shared/ports/intake.ts'
import { defaultPolicy } from '#shared/policy.ts'
import { pinoLog } from '#infra/log/log.ts'
import { systemScheduler } from '#infra/clock/scheduler.ts'
import { ownDataFile } from '#infra/sqlite/data-file.ts'
import { scratch, type Scratch } from '#infra/sqlite/scratch.fixture.ts'
import { detections } from '#services/detect/detections/index.ts'
import { call, role, user } from '#services/detect/records.ts'
import { normalise } from '#services/normalise/normalise.ts'
import { serve } from '#services/serve/serve.ts'
import { bearer, house } from './house.ts'

const places: Scratch[] = []
afterEach(() => {
  for (const place of places.splice(0)) place.end()
})

/** The real loop on a data file, without sources of its own. */
async function keeping(logged: string[]) {
  const place = scratch()
  places.push(place)
  const data = ownDataFile(place.file)
  const notices: string[] = []
  const serving = await serve(
    {
      engine: { partitions: 2, policy: defaultPolicy, detections, recentMax: 1000 },
      unitMax: 100,
      keepMs: 86_400_000,
      snapshotMs: 1000,
      holdMs: 0,
    },
    {
      ...data,
      scheduler: systemScheduler,
      log: pinoLog('debug', { write: (line) => logged.push(line) }),
      failed: (why) => logged.push(String(why)),
      at: () => undefined,
      board: { heard: () => undefined, failed: () => undefined },
      send: (heard) => notices.push(JSON.stringify(heard)),
      sources: () => [],
    },
  )
  /** Everything that is on disk, byte for byte. */
  const onDisk = (): string => {
    const folder = dirname(place.file)
    return readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'latin1'))
      .join('\n')
  }
  const close = async (): Promise<void> => {
    await serving.close()
    data.close()
  }
  return { intake: serving.loop, notices, onDisk, close }
}

const awsSecret = 'CANARYkeyCANARYkeyCANARYkeyCANARYkey/0+1'
const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJDQU5BUlkifQ.CANARYsignature'
const session = `IQoJb3JpZ2luX2Vj${'CANARYa1'.repeat(40)}`
/** Forty signs of chance and no other form. */
const keyOfChance = 'q7Lw/Zk2CANARYn9Xc4Rb+1Vf8Gh3Jd6Ms0Py5Ua'
const assigned = ['password=CANARY-7x', 'login;client_secret="CANARY 7 x"']
const secrets = [
  awsSecret,
  jwt,
  session,
  'sk-CANARY0123456789abcdef',
  `Bearer ${jwt}`,
  keyOfChance,
  ...assigned,
]

const base = { kind: 'tool.called', id: 'u-1', time: 1_777_885_200_000, task: 't-visible' }

const bodies = [
  ...secrets.flatMap((secret, n) =>
    ['task', 'tool', 'agent', 'id', 'credential', 'rule', 'kind', 'end', 'time', 'source'].map(
      (field) => ({ ...base, id: `s-${n}-${field}`, [field]: secret }),
    ),
  ),
  ...secrets.map((secret, n) => ({ ...base, id: `r-${n}`, requestIds: [secret] })),
  ...secrets.map((secret, n) => ({ ...base, id: `k-${n}`, [secret]: secret })),
  ...['prompt', 'arguments', 'password', 'headers', 'result', 'env', '__proto__'].map((name) => ({
    ...base,
    id: `f-${name}`,
    ...JSON.parse(`{"${name}":{"CANARY":"CANARY in ${name}"}}`),
  })),
  {
    kind: 'task.started',
    id: 'scope',
    time: base.time,
    task: 't-2',
    agent: 'ledger',
    scope: { resources: [awsSecret], CANARY: 'CANARY' },
  },
  { kind: 'agent.registered', id: 'o', time: base.time, agent: 'ledger', owner: jwt },
]

const attribute = (key: string, text: string) => ({ key, value: { stringValue: text } })

/** A tool span with one more attribute. */
const span = (n: number, more: object, name = 'execute_tool') => ({
  traceId: '7aaeb5df5e47af78d85e73be26f3ae06',
  spanId: n.toString(16).padStart(16, '0'),
  name,
  startTimeUnixNano: '1777885200000000000',
  endTimeUnixNano: '1777885201000000000',
  events: [{ name: 'CANARY', attributes: [attribute('gen_ai.prompt', 'CANARY')] }],
  status: { message: 'CANARY' },
  attributes: [
    attribute('gen_ai.operation.name', 'execute_tool'),
    attribute('gen_ai.task.id', 't-visible'),
    more,
  ],
})

const contents = [
  'gen_ai.prompt',
  'gen_ai.input.messages',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
  'input.value',
  'traceloop.entity.input',
  'http.request.header.authorization',
  'db.statement',
  'aws.secret_access_key',
]
const spans = [
  ...contents.map((name, n) => span(n + 1, attribute(name, `CANARY ${awsSecret}`))),
  ...secrets.map((secret, n) => span(n + 100, attribute('gen_ai.tool.name', secret))),
  ...secrets.map((secret, n) => span(n + 200, attribute('gen_ai.agent.id', secret))),
  ...secrets.map((secret, n) => span(n + 300, attribute('aws.request_id', secret))),
  ...secrets.map((secret, n) => span(n + 400, attribute(secret, 'CANARY'), secret)),
  span(500, attribute('metadata', '{"task_id":"t-3","prompt":"CANARY"}')),
]
const traces = JSON.stringify({
  resourceSpans: [
    {
      resource: { attributes: [attribute('process.command_line', `CANARY ${awsSecret}`)] },
      scopeSpans: [{ scope: { name: 'CANARY' }, spans }],
    },
  ],
})
const logs = JSON.stringify({
  resourceLogs: [
    {
      scopeLogs: [
        {
          logRecords: [
            {
              timeUnixNano: '1777885200000000000',
              body: { stringValue: 'CANARY' },
              attributes: [
                attribute('event.name', 'tool_result'),
                attribute('session.id', 't-visible'),
                attribute('tool_parameters', 'CANARY'),
                attribute('prompt', 'CANARY'),
              ],
            },
          ],
        },
      ],
    },
  ],
})

/** Bytes that are no good request, with a secret in each. */
const broken: readonly (readonly [string, string | Uint8Array<ArrayBuffer>, object])[] = [
  ['/v1/activities', `{"kind":"tool.called","secret":"${awsSecret}`, {}],
  ['/v1/activities', `["${jwt}","CANARY"]`, {}],
  ['/v1/activities', `{"CANARY`, { 'content-type': 'application/x-ndjson' }],
  ['/v1/activities', `${'[{"CANARY":'.repeat(300)}`, {}],
  ['/v1/activities', `"CANARY${'x'.repeat(17 * 1024 * 1024)}"`, {}],
  ['/v1/activities', 'CANARY no gzip', { 'content-encoding': 'gzip' }],
  ['/v1/activities', '[]', { 'content-type': 'text/CANARY' }],
  ['/v1/traces', `{"resourceSpans":"CANARY ${awsSecret}"}`, {}],
  ['/v1/traces', '{"CANARY":1}', {}],
  ['/v1/traces', 'CANARY in no protobuf', { 'content-type': 'application/x-protobuf' }],
  ['/v1/logs', new Uint8Array(gzipSync(`["CANARY"]`)), { 'content-encoding': 'gzip' }],
  [`/v1/CANARY?token=${jwt}`, 'CANARY', {}],
  ['/v1/activities?access_token=CANARY', '[]', { authorization: `Bearer ${jwt}` }],
  ['/v1/traces', '{}', { authorization: `Basic CANARY` }],
  ['/v1/traces', '{}', { cookie: 'CANARY', 'user-agent': 'CANARY', 'x-canary': awsSecret }],
]

/** What callers wrote into their calls, as CloudTrail recorded it: an incident tells of it. */
const caller = user('batch')
/** Its session name is a token. */
const named = role('ci', `ghp_${'CANARYa1'.repeat(5)}`)
const withAgent = { ...caller, agent: `agent/1.0 Bearer ${jwt} (visible)` }
const withPassword = { ...caller, agent: `agent/1.0 pwd: CANARY-7x password='CANARY 7' (visible)` }
const withKey = { ...caller, agent: `agent/1.0 (${keyOfChance}) visible` }
/** Its session name is a password with its name, or a key without a slash, which no session name has; each makes a key, so that incidents name it. */
const namedSo = [role('ci', 'run.password=CANARY-7x'), role('ci', keyOfChance.replace('/', 'D'))]
const trail = [
  call('s3:ListBuckets', { by: withAgent }),
  call('secretsmanager:GetSecretValue', { by: withAgent, params: { secretId: `prod/${jwt}` } }),
  call('iam:CreateUser', { by: withAgent, params: { userName: `sk-CANARY0123456789abcdef` } }),
  call('iam:CreateAccessKey', {
    by: withAgent,
    at: 1,
    params: { userName: 'backup', password: awsSecret },
    response: {
      accessKey: {
        userName: 'backup',
        accessKeyId: 'AKIAEXAMPLE000000009',
        secretAccessKey: awsSecret,
      },
    },
  }),
  ...[withPassword, withKey].map((by) => call('s3:ListBuckets', { by })),
  ...[keyOfChance, `prod/${keyOfChance}/v1`, 'prod/token=CANARY-7x'].map((secretId) =>
    call('secretsmanager:GetSecretValue', { by: withKey, params: { secretId } }),
  ),
  ...namedSo.map((by, n) =>
    call('iam:CreateAccessKey', {
      by: {
        ...by,
        identity: { ...by.identity, accessKeyId: `ASIAEXAMPLE00000001${n}` },
        agent: withPassword.agent,
      },
      at: 3 + n,
      params: { userName: `user-${n}` },
      response: {
        accessKey: { userName: `user-${n}`, accessKeyId: `AKIAEXAMPLE00000002${n}` },
      },
    }),
  ),
  call('s3:ListBuckets', {
    by: {
      ...named,
      identity: { ...named.identity, accessKeyId: 'ASIAEXAMPLE000000007' },
    },
    at: 2,
  }),
]

const recordsOf = (values: readonly unknown[]): MappedRecord[] =>
  values.map((value, offset) => {
    const read = normalise(
      { pointer: { source: 'trail', offset }, value },
      { trustedAccounts: new Set() },
    )
    if (read.as !== 'mapped') throw new Error(`not mapped: ${JSON.stringify(read)}`)
    return { record: read.record, activities: read.activities }
  })

test('secrets sent through every door are in no table, file, log line, notice or page', async () => {
  const logged: string[] = []
  const kept = await keeping(logged)
  const home = await house({ into: kept.intake })
  const answers: string[] = []
  const send = async (path: string, body: string | Uint8Array<ArrayBuffer>, headers: object = {}) =>
    void answers.push(await (await home.post(path, body, { ...headers })).text())

  await send('/v1/activities', JSON.stringify(bodies))
  await send('/v1/activities', bodies.map((each) => JSON.stringify(each)).join('\n'), {
    'content-type': 'application/x-ndjson',
  })
  await send('/v1/activities', JSON.stringify({ ...base, agent: awsSecret }), bearer(2))
  await send('/v1/traces', traces)
  await send('/v1/traces', traces, bearer(2))
  await send('/v1/logs', logs)
  for (const [path, body, headers] of broken) await send(path, body, headers)
  await raw(home.url, 'CANARY /CANARY\r\n\r\n')
  await raw(home.url, `GET /CANARY HTTP/1.1\r\nCANARY CANARY: ${jwt}\r\n\r\n`)
  const pages = await Promise.all(
    ['/healthz', '/readyz', '/metrics'].map(async (path) => await (await home.get(path)).text()),
  )

  await kept.intake.offer({ source: 'trail', received: 0, records: recordsOf(trail) })

  const before = kept.onDisk()
  await kept.close()
  const after = kept.onDisk()
  // What may be kept is there, so this looked at the right places.
  expect(before).toContain('t-visible')
  expect(after).toContain('t-visible')
  expect(after).toContain('looks like a secret')
  expect(kept.notices.join('\n')).toContain('credential-minting')
  expect(home.logged.join('')).toContain('doors are open')

  const places = { before, after, pages: pages.join('\n'), notices: kept.notices.join('\n') }
  const all = {
    ...places,
    logged: [...logged, ...home.logged].join('\n'),
    answers: answers.join('\n'),
  }
  for (const [place, text] of Object.entries(all)) expect(traceOf(text), place).toBe('')
})

/** What stands around the first canary, also where its case or padding was changed; '' if there is none. */
function traceOf(text: string): string {
  const at = text.search(/canary/i)
  return at < 0 ? '' : text.slice(Math.max(0, at - 100), at + 60)
}

async function raw(url: string, bytes: string): Promise<void> {
  const { hostname, port } = new URL(url)
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.end(bytes))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve())
    socket.resume()
  })
}
