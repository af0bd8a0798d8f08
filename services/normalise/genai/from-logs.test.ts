import { describe, expect, test } from 'vitest'
import { fromOtlp } from '../from-otlp.ts'
import { activitiesOf, attributes, logs, type Values } from './documents.fixture.ts'

describe('log events', () => {
  const event = {
    'event.name': 'tool_result',
    tool_name: 'Bash',
    'session.id': 's-1',
    duration_ms: 250,
  }
  const log = (values: Values, more: Values = {}) => ({
    timeUnixNano: '1777885202000000000',
    attributes: attributes(values),
    ...more,
  })

  test('a tool result is a call of its session', () =>
    expect(activitiesOf(logs([log(event)]))).toMatchObject([
      {
        kind: 'tool.called',
        tool: 'Bash',
        task: 'session:s-1',
        rule: 'session',
        time: 1777885201750,
        end: 1777885202000,
        source: 'otlp:coder',
      },
    ]))

  test.each<[string, unknown]>([
    [
      'name in the body',
      log({ ...event, 'event.name': 'x' }, { body: { stringValue: 'claude_code.tool_result' } }),
    ],
    ['name as a field', log({ ...event, 'event.name': 'x' }, { eventName: 'tool_result' })],
  ])('%s', (_, record) => expect(activitiesOf(logs([record]))).toHaveLength(1))

  test('a record told twice is one call', () =>
    expect(activitiesOf(logs([log(event), log(event)]))).toHaveLength(1))

  test.each<[string, unknown]>([
    ['another event', log({ ...event, 'event.name': 'user_prompt' })],
    ['no session', log({ 'event.name': 'tool_result', tool_name: 'Bash' })],
  ])('ignored: %s', (_, record) =>
    expect(fromOtlp(logs([record]))).toMatchObject({ as: 'ignored' }),
  )
})
