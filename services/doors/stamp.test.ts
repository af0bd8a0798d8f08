import { describe, expect, test } from 'vitest'
import type { AgentActivity } from '#shared/messages/activity.ts'
import { isRefusal, stamped, type Speaker } from './stamp.ts'

const received = 1_777_885_200_000
const ledger: Speaker = { name: 'ledger-host', agents: ['ledger'] }
const two: Speaker = { name: 'gateway', agents: ['ledger', 'mail'] }
const all: Speaker = { name: 'orchestrator', agents: ['*'] }

const called: AgentActivity = {
  kind: 'tool.called',
  id: 'u-1',
  time: received - 1000,
  task: 't-1',
  tool: 'read',
  requestIds: ['r-1'],
}
const registered: AgentActivity = {
  kind: 'agent.registered',
  id: 'r-1',
  time: received,
  agent: 'ledger',
  runtimes: [],
  principals: ['arn:aws:iam::111122223333:role/ledger'],
}

test('the stamp is the door, whatever the sender wrote', () => {
  const forged = { ...called, agent: 'ledger', source: 'orchestrator', received: 1 }
  expect(stamped(forged, ledger, received)).toMatchObject({ source: 'ledger-host', received })
})

describe('who may say what', () => {
  test.each<[string, Speaker, string | undefined, string | undefined]>([
    ['its own agent', ledger, 'ledger', 'ledger'],
    ['no agent, from a source of one: it is that one', ledger, undefined, 'ledger'],
    ['no agent, from a source of two: it stays open', two, undefined, undefined],
    ['no agent, from a source of all: it stays open', all, undefined, undefined],
    ['any agent, from a source of all', all, 'anyone', 'anyone'],
  ])('%s', (_, source, agent, wanted) => {
    const said = stamped({ ...called, ...(agent !== undefined && { agent }) }, source, received)
    expect(isRefusal(said) ? said : said.agent).toBe(wanted)
  })

  test.each<[string, Speaker]>([
    ['a source of one', ledger],
    ['a source of two', two],
    ['a source of none', { name: 'mute', agents: [] }],
  ])('another agent is refused: %s', (_, source) => {
    expect(stamped({ ...called, agent: 'payroll' }, source, received)).toMatchObject({
      reason: 'this source may not speak for that agent',
      field: 'agent',
    })
  })

  test('principals for another agent are refused', () => {
    expect(isRefusal(stamped(registered, ledger, received))).toBe(false)
    expect(isRefusal(stamped({ ...registered, agent: 'payroll' }, ledger, received))).toBe(true)
  })
})

describe('what may not be kept', () => {
  const secret = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJDQU5BUlkifQ.c2ln'
  test.each<[string, Partial<Record<string, unknown>>, string]>([
    ['a secret as task', { task: secret }, 'task looks like a secret'],
    ['a secret as tool', { tool: `run ${secret}` }, 'tool looks like a secret'],
    ['a secret as request id', { requestIds: ['r', secret] }, 'requestIds looks like a secret'],
    ['a secret as id', { id: secret }, 'id looks like a secret'],
    ['half of a pair', { task: 'a\uD800b' }, 'task holds NUL'],
    ['NUL', { tool: 'a\0' }, 'tool holds NUL'],
    ['broken UTF-8', { tool: 'a\uFFFD' }, 'tool holds NUL'],
    ['endless text', { tool: 'x'.repeat(2049) }, 'tool is longer than 2048'],
    ['endless list', { requestIds: Array.from({ length: 10_001 }, () => 'r') }, 'requestIds has'],
  ])('%s', (_, fields, reason) => {
    const said = stamped({ ...called, ...fields } as AgentActivity, all, received)
    expect(isRefusal(said) && said.reason).toContain(reason)
    expect(JSON.stringify(said)).not.toContain('CANARY')
    expect(JSON.stringify(said)).not.toContain(secret)
  })

  test('a secret in a scope', () => {
    const started: AgentActivity = {
      kind: 'task.started',
      id: 's',
      time: received,
      task: 't',
      agent: 'ledger',
      scope: { resources: [secret] },
    }
    expect(stamped(started, ledger, received)).toMatchObject({ field: 'scope' })
  })
})
