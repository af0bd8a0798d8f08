import { describe, expect, test } from 'vitest'
import { fromOtlp } from '../from-otlp.ts'
import {
  activitiesOf,
  callsOf,
  root,
  span,
  spanId,
  tool,
  trace,
  traces,
  type Values,
} from './documents.fixture.ts'

describe('dialects', () => {
  test.each<[string, Values, Values, Values]>([
    [
      'GenAI to 1.36',
      { 'gen_ai.system': 'aws.bedrock', ...root },
      { 'gen_ai.system': 'aws.bedrock', ...tool },
      { agent: 'agent-ledger', rule: 'trace in conversation' },
    ],
    [
      'GenAI 1.37 to 1.41',
      {
        'gen_ai.provider.name': 'aws.bedrock',
        ...root,
        'gen_ai.operation.name': 'invoke_workflow',
      },
      { ...tool, 'gen_ai.task.id': 't-1' },
      { agent: 'agent-ledger', task: 't-1', rule: 'gen_ai.task.id' },
    ],
    [
      'GenAI v0.1.0, agent known by name',
      { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'ledger-bot' },
      tool,
      { agent: 'ledger-bot/ledger', rule: 'trace' },
    ],
    [
      'OpenInference',
      { 'openinference.span.kind': 'AGENT', 'agent.name': 'ledger-bot', 'session.id': 's-1' },
      {
        'openinference.span.kind': 'TOOL',
        'tool.name': 'read',
        metadata: '{"task_id":"t-2","prompt":"secret"}',
      },
      { agent: 'ledger-bot/ledger', task: 't-2', rule: 'openinference metadata' },
    ],
    [
      'Traceloop',
      { 'traceloop.span.kind': 'workflow', 'traceloop.workflow.name': 'ledger-flow' },
      {
        'traceloop.span.kind': 'tool',
        'traceloop.entity.name': 'read',
        'traceloop.association.properties.task_id': 't-3',
      },
      { agent: 'ledger-flow/ledger', task: 't-3', rule: 'traceloop association' },
    ],
    [
      'MCP',
      root,
      { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': 'read', 'mcp.task.id': 't-4' },
      { agent: 'agent-ledger', task: 't-4', rule: 'mcp taskId' },
    ],
  ])('%s', (_, agentSpan, toolSpan, expected) => {
    const [call] = callsOf(
      traces([
        span(1, 0, agentSpan),
        span(2, 1, toolSpan),
        span(3, 2, { 'aws.request_id': 'r-1' }, { kind: 3 }),
      ]),
    )
    expect(call).toMatchObject({
      id: `span:${trace}:${spanId(2)}`,
      source: 'otlp:ledger',
      task: `trace:${trace}`,
      tool: 'read',
      requestIds: ['r-1'],
      ...expected,
    })
  })
})

describe('request ids', () => {
  test.each([
    ['on the tool itself', [span(2, 0, { ...tool, 'aws.request_id': 'r-1' })], [['r-1']]],
    [
      'from several calls below',
      [
        span(4, 3, { 'aws.request.id': 'r-2' }),
        span(3, 2, {}),
        span(2, 0, tool),
        span(5, 2, { 'aws.requestId': 'r-1' }),
      ],
      [['r-1', 'r-2']],
    ],
    [
      'of a call under no tool',
      [span(2, 9, { 'aws.request_id': 'r-1', 'rpc.system': 'aws-api' })],
      [['r-1']],
    ],
    ['the extended id is none', [span(2, 0, { ...tool, 'aws.extended_request_id': 'x' })], [[]]],
    [
      'a server span names its own invocation',
      [span(2, 0, tool), span(3, 2, { 'aws.request_id': 'r-1' }, { kind: 'SPAN_KIND_SERVER' })],
      [[]],
    ],
    [
      'agent, MCP client and MCP server tell one call',
      [
        span(2, 0, tool),
        span(3, 2, { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': 'read' }),
        span(4, 3, { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': 'read' }, { kind: 2 }),
        span(5, 4, { 'aws.request_id': 'r-1' }),
      ],
      [['r-1']],
    ],
    [
      'of a tool within a tool',
      [
        span(2, 0, tool),
        span(3, 2, { ...tool, 'gen_ai.tool.name': 'inner' }),
        span(4, 3, { 'aws.request_id': 'r-1' }),
      ],
      [[], ['r-1']],
    ],
  ])('%s', (_, spans, expected) =>
    expect(callsOf(traces(spans)).map((call) => Object(call).requestIds)).toEqual(expected),
  )
})

describe('tasks', () => {
  const ofTasks = (spans: unknown[], resource?: Values) =>
    activitiesOf(traces(spans, resource))
      .filter((each) => Object(each).kind !== 'tool.called')
      .map((each) => ({
        kind: Object(each).kind,
        task: Object(each).task,
        parent: Object(each).parent,
      }))
  const traceTask = `trace:${trace}`

  test('the root starts and ends the trace', () =>
    expect(ofTasks([span(1, 0, root)])).toEqual([
      { kind: 'task.started', task: traceTask, parent: undefined },
      { kind: 'task.ended', task: traceTask, parent: undefined },
    ]))

  test('a named task stays open; its trace is a sub-task, so that spans elsewhere still meet it', () =>
    expect(ofTasks([span(1, 0, { ...root, 'gen_ai.task.id': 't-1' })])).toEqual([
      { kind: 'task.started', task: 't-1', parent: undefined },
      { kind: 'task.started', task: traceTask, parent: 't-1' },
      { kind: 'task.ended', task: traceTask, parent: undefined },
    ]))

  test('an inner agent that names its task is a sub-task of the outer one', () =>
    expect(
      ofTasks([span(1, 0, root), span(2, 1, { ...root, 'gen_ai.task.id': 't-2' })]),
    ).toContainEqual({
      kind: 'task.started',
      task: 't-2',
      parent: traceTask,
    }))

  test('an agent whose parent is elsewhere does not speak for the trace', () =>
    expect(fromOtlp(traces([span(2, 1, root)]))).toMatchObject({ as: 'ignored' }))

  test('under a server span it does', () =>
    expect(ofTasks([span(2, 1, root), span(1, 9, {}, { kind: 2 })])[0]).toMatchObject({
      task: traceTask,
    }))

  test('a token claim is stronger than what a span says, wherever it stands', () => {
    const [call] = callsOf(
      traces([
        span(1, 0, { ...root, 'mission.id': 'm-1' }),
        span(2, 1, { ...tool, 'gen_ai.task.id': 't-1' }),
      ]),
    )
    expect(call).toMatchObject({ task: 'm-1', rule: 'token mission.id' })
  })

  test('the human comes from user.id', () =>
    expect(activitiesOf(traces([span(1, 0, { ...root, 'user.id': 'ana' })]))[0]).toMatchObject({
      onBehalfOf: 'ana',
    }))
})
