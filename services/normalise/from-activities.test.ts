import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { AgentActivity } from '#shared/messages/activity.ts'
import { runs } from '#test/property.ts'
import { fieldsOf, isKind } from './activity-fields.ts'
import { quickActivity } from './activity-quick.ts'
import { readFields } from './activity-read.ts'
import { activityJsonSchema } from './activity-schema.ts'
import { fromActivity } from './from-activities.ts'

const time = '2026-05-04T09:00:00.250Z'
const at = Date.parse(time)
const id = 'a-1'

const activityOf = (value: unknown) => {
  const normalised = fromActivity(value)
  return normalised.as === 'mapped' ? normalised.activities[0] : normalised
}

describe('one thing, several names', () => {
  test.each([
    [
      'task and parent in snake case',
      {
        kind: 'task.started',
        id,
        time,
        agent_id: 'a',
        task_id: 't',
        parent_task_id: 'p',
        on_behalf_of: 'ana',
      },
      { kind: 'task.started', id, time: at, agent: 'a', task: 't', parent: 'p', onBehalfOf: 'ana' },
    ],
    [
      'request ids and a credential as an object',
      {
        kind: 'tool.called',
        id,
        start: time,
        agentId: 'a',
        taskId: 't',
        toolName: 's3.get',
        awsRequestIds: ['r-1', 'r-1'],
        credential: { type: 'aws_session', accessKeyId: 'ASIAEXAMPLE000000001', sessionToken: 'x' },
      },
      {
        kind: 'tool.called',
        id,
        time: at,
        agent: 'a',
        task: 't',
        tool: 's3.get',
        requestIds: ['r-1'],
        credential: 'ASIAEXAMPLE000000001',
      },
    ],
    [
      'expiry inside the credential, hand-over',
      {
        kind: 'credential.issued',
        id,
        time: at,
        task: 't',
        credential: { fingerprint: 'hmac:1', expiresAt: time },
        delegated_from: 't0',
        issuer: 'broker',
      },
      {
        kind: 'credential.issued',
        id,
        time: at,
        task: 't',
        credential: 'hmac:1',
        expires: at,
        delegatedFrom: 't0',
        issuer: 'broker',
      },
    ],
    [
      'one principal as text, null and empty fields, SQL time',
      {
        kind: 'agent.registered',
        id,
        time: '2026-05-04 09:00:00',
        agent: 'a',
        owner: null,
        principals: '111122223333/role/deploy',
        sources: '',
      },
      {
        kind: 'agent.registered',
        id,
        time: at - 250,
        agent: 'a',
        principals: ['111122223333/role/deploy'],
        runtimes: [],
      },
    ],
    [
      'end',
      { kind: 'task.ended', id, time, task: 't' },
      { kind: 'task.ended', id, time: at, task: 't' },
    ],
    [
      'A3: a masked key id names nobody',
      { kind: 'tool.called', id, time, task: 't', credential: 'ASIA****************' },
      { kind: 'tool.called', id, time: at, task: 't', tool: '', requestIds: [] },
    ],
  ])('%s', (_, written, expected) => expect(activityOf(written)).toEqual(expected))

  test.each([
    ['services only', ['s3:read', 'dynamodb:read'], { services: ['s3', 'dynamodb'] }],
    [
      'IAM actions',
      ['s3:GetObject', 's3:Put*'],
      { services: ['s3'], actions: ['s3:GetObject', 's3:Put*'] },
    ],
    [
      'object',
      { services: ['s3'], hand_off_to: 't2', prompt: 'x' },
      { services: ['s3'], handOffTo: ['t2'] },
    ],
  ])('scope: %s', (_, scope, expected) =>
    expect(
      activityOf({ kind: 'task.started', id, time, task: 't', agent: 'a', scope }),
    ).toMatchObject({ scope: expected }),
  )

  test('own name wins over other names, whatever their order', () => {
    const written = { kind: 'task.ended', id, time, task_id: 'second', task: 'first' }
    expect(activityOf(written)).toMatchObject({ task: 'first' })
  })

  test('the record is named by kind and id', () =>
    expect(fromActivity({ kind: 'task.ended', id, time, task: 't' })).toMatchObject({
      record: 'activity/task.ended/a-1',
    }))
})

describe('what is refused, and in which words', () => {
  const secret = `IQoJ${'a1B2'.repeat(60)}`
  test.each([
    ['no object', 7, 'kind', 'not an agent activity: kind is no text'],
    [
      'other kind',
      { kind: 'task.paused', id, time },
      'kind',
      /^unknown kind of agent activity; known are agent/,
    ],
    ['inherited name', { kind: 'constructor', id, time }, 'kind', /^unknown kind/],
    [
      'no task',
      { kind: 'task.ended', id, time },
      'task',
      /^task.ended: task is missing: it must be a text/,
    ],
    ['no id', { kind: 'task.ended', time, task: 't' }, 'id', /id is missing/],
    [
      'bad time',
      { kind: 'task.ended', id, time: 'noon', task: 't' },
      'time',
      /time is not understood: it must be RFC 3339/,
    ],
    [
      'bad item',
      { kind: 'tool.called', id, time, task: 't', requestIds: ['r', 7] },
      'requestIds.1',
      /requestIds is not/,
    ],
    [
      'secret',
      { kind: 'credential.issued', id, time, task: 't', credential: secret },
      'credential',
      /looks like a secret/,
    ],
  ])('%s', (_, written, field, reason) => {
    const refused = fromActivity(written)
    expect(refused).toMatchObject({ as: 'dead', field, reason: expect.stringMatching(reason) })
    expect(JSON.stringify(refused)).not.toContain(secret)
  })
})

test('content of prompts and tools is dropped at the door', () => {
  const canary = 'canary-in-the-prompt'
  const contents = {
    prompt: canary,
    input: { text: canary },
    arguments: [canary],
    attributes: { 'gen_ai.input.messages': canary },
  }
  for (const kind of Object.keys(fieldsOf)) {
    const whole = {
      kind,
      id,
      time,
      task: 't',
      agent: 'a',
      credential: 'AKIAEXAMPLE000000001',
      ...contents,
    }
    expect(JSON.stringify(fromActivity(whole))).not.toContain(canary)
    expect(JSON.stringify(fromActivity({ ...whole, time: canary }))).not.toContain(canary)
  }
})

const oddities = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    -1,
    1.5,
    true,
    [],
    {},
    'x'.repeat(513),
    '2026-02-29T00:00:00Z',
    '2026-05-04T09:00:00+02:00',
    at,
    time,
    '2026-05-04T24:00:00Z',
  ),
  fc.string(),
  fc.array(fc.oneof(fc.string(), fc.integer())),
  fc.record(
    { services: fc.array(fc.oneof(fc.string(), fc.integer())), handOffTo: fc.array(fc.string()) },
    { requiredKeys: [] },
  ),
)
const names = [
  ...new Set(Object.values(fieldsOf).flatMap((fields) => fields.flatMap((field) => field.names))),
]
const good = { id, time, task: 't', agent: 'a', credential: 'AKIAEXAMPLE000000001' }
const written = fc
  .tuple(
    fc.constantFrom(...Object.keys(fieldsOf)),
    fc.dictionary(fc.constantFrom(...names), oddities, { maxKeys: 4 }),
  )
  .map(([kind, odd]) => ({ ...good, ...odd, kind }))

test('property: the quick check and the schema give the same verdict', () => {
  fc.assert(
    fc.property(written, (value) => {
      if (!isKind(value.kind)) return
      const plain = readFields(value.kind, value)
      const quick = quickActivity(value.kind, plain)
      const slow = AgentActivity.safeParse(plain)
      expect(quick ? slow : undefined).toEqual(quick && { success: true, data: quick })
    }),
    { numRuns: runs(500) },
  )
})

test('property: no JSON value makes it throw, and what is mapped fits the schema', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), written), (value) => {
      const normalised = fromActivity(value)
      const activities = normalised.as === 'mapped' ? normalised.activities : []
      expect(activities.every((each) => AgentActivity.safeParse(each).success)).toBe(true)
    }),
    { numRuns: runs(300) },
  )
})

test('docs/schemas/agent-activity.schema.json is what the schema generates (npm run docs writes it)', () => {
  const file = new URL('../../docs/schemas/agent-activity.schema.json', import.meta.url)
  expect(readFileSync(file, 'utf8')).toBe(activityJsonSchema())
})

test('every example of docs/agent-activities.md is an activity', () => {
  const page = readFileSync(new URL('../../docs/agent-activities.md', import.meta.url), 'utf8')
  const examples = page.match(/^\{"kind".*\}$/gm) ?? []
  const kinds = examples
    .map((line) => activityOf(JSON.parse(line)))
    .map((each) => String(Object(each).kind))
  expect(kinds.toSorted()).toEqual(Object.keys(fieldsOf).toSorted())
})
