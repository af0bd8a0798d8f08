import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AgentActivity } from '#shared/messages/activity.ts'
import { runs } from '#test/property.ts'
import { contentId } from '#shared/facts/content-id.ts'
import { fromOtlp } from './from-otlp.ts'
import {
  activitiesOf,
  attributes,
  callsOf,
  logs,
  root,
  span,
  spanId,
  tool,
  trace,
  traces,
  type Values,
} from './genai/documents.fixture.ts'

describe('the wire', () => {
  test('base64 ids are refused with the reason, the other spans stay', () => {
    const bad = { ...span(3, 0, tool), traceId: 'qqqqqqqqqqqqqqqqqqqqqg==' }
    expect(fromOtlp(traces([span(2, 0, tool), bad, bad]))).toMatchObject({
      as: 'mapped',
      rejected: [
        {
          field: 'traceId',
          count: 2,
          reason: 'traceId is not 32 hex digits: ids are hex in OTLP/JSON, not base64',
        },
      ],
    })
    expect(fromOtlp(traces([bad]))).toMatchObject({ as: 'dead', field: 'traceId' })
  })

  test.each<[string, Values]>([
    ['numbers for 64-bit ints', { startTimeUnixNano: 1777885202000000000 }],
    ['upper-case ids', { traceId: trace.toUpperCase() }],
    ['unknown fields', { surprise: { deep: [1] } }],
    [
      'attributes of any type',
      {
        attributes: [
          ...attributes(tool),
          { key: 'x', value: { kvlistValue: { values: [] } } },
          7,
          { key: 'y' },
          { key: 'z', value: { arrayValue: { values: [{ boolValue: true }] } } },
        ],
      },
    ],
  ])('%s', (_, more) =>
    expect(callsOf(traces([span(2, 0, tool, more)]))).toMatchObject([
      { id: `span:${trace}:${spanId(2)}`, time: 1777885202000 },
    ]),
  )

  test('a span told several times is one call with one id', () =>
    expect(callsOf(traces([span(2, 0, tool), span(2, 0, tool), span(2, 0, tool)]))).toHaveLength(1))

  test('the order of spans changes nothing; that of keys does not change the record', () => {
    const spans = [span(1, 0, root), span(2, 1, tool), span(3, 2, { 'aws.request_id': 'r-1' })]
    expect(activitiesOf(traces(spans.toReversed()))).toEqual(activitiesOf(traces(spans)))
    expect(contentId({ a: 1, b: [2] })).toBe(contentId({ b: [2], a: 1 }))
  })

  test('other telemetry is ignored by name', () =>
    expect(fromOtlp(traces([span(1, 0, { 'http.route': '/' })]))).toEqual({
      as: 'ignored',
      reason: 'OTLP without agent, tool or AWS request',
    }))

  test('spans whose parents go in a circle', () =>
    expect(
      callsOf(traces([span(2, 3, tool), span(3, 2, { ...tool, 'gen_ai.tool.name': 'other' })])),
    ).toHaveLength(2))
})

test('content of prompts and tools is dropped at the door', () => {
  const canary = 'canary-in-the-prompt'
  const contents = Object.fromEntries(
    [
      'gen_ai.input.messages',
      'gen_ai.output.messages',
      'gen_ai.system_instructions',
      'gen_ai.tool.definitions',
      'gen_ai.tool.description',
      'gen_ai.tool.call.arguments',
      'gen_ai.tool.call.result',
      'gen_ai.prompt',
      'gen_ai.completion',
      'gen_ai.prompt.0.content',
      'gen_ai.task.input',
      'gen_ai.task.output',
      'input.value',
      'output.value',
      'llm.input_messages.0.message.content',
      'tool.parameters',
      'tool.description',
      'traceloop.entity.input',
      'traceloop.entity.output',
      'mcp.request.argument',
      'prompt',
      'tool_parameters',
      'tool_input',
      'error',
      'body',
    ].map((name) => [name, canary]),
  )
  const inside = { ...contents, metadata: JSON.stringify({ task_id: 't', prompt: canary }) }
  const events = [{ name: 'gen_ai.content.prompt', attributes: attributes(contents) }]
  const more = {
    events,
    status: { message: canary },
    traceState: canary,
    name: `execute_tool ${canary}`,
  }
  const spans = [
    span(1, 0, { ...root, ...inside }, more),
    span(2, 1, { ...tool, ...inside }, more),
    { ...span(3, 1, inside, more), traceId: canary },
  ]
  const record = {
    timeUnixNano: '1777885202000000000',
    body: { stringValue: canary },
    attributes: attributes({ ...inside, 'event.name': 'tool_result', 'session.id': 's' }),
  }
  const read = [
    fromOtlp(traces(spans)),
    fromOtlp(logs([record, { ...record, timeUnixNano: canary }])),
    fromOtlp(traces([{ ...spans[0], startTimeUnixNano: canary }])),
  ]
  expect(read.map((each) => each.as)).toEqual(['mapped', 'mapped', 'dead'])
  expect(JSON.stringify(read)).not.toContain(canary)
})

test('property: no JSON value makes it throw, and what is mapped fits the schema', () => {
  const names = [
    'gen_ai.operation.name',
    'gen_ai.tool.name',
    'gen_ai.task.id',
    'aws.request_id',
    'session.id',
    'metadata',
    'gen_ai.agent.id',
    'event.name',
  ]
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('execute_tool', 'invoke_agent', 'tool_result', '{"task_id":7}'),
  )
  const anything = fc.dictionary(
    fc.constantFrom(...names),
    odd.map((value) => (typeof value === 'object' ? { arrayValue: value } : value)),
  )
  const spans = fc.array(
    fc.tuple(fc.nat(3), fc.nat(3), anything).map(([n, parent, values]) => span(n, parent, values)),
    { maxLength: 5 },
  )
  const records = fc.array(
    anything.map((values) => ({ timeUnixNano: 5e18, attributes: attributes(values) })),
    { maxLength: 3 },
  )
  const broken = fc.jsonValue().map((value) => ({
    resourceSpans: [{ resource: value, scopeSpans: [{ spans: [value] }, value] }, value],
    resourceLogs: value,
  }))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.jsonValue(),
        spans.map((all) => traces(all)),
        records.map((all) => logs(all)),
        broken,
      ),
      (document) => {
        const normalised = fromOtlp(document)
        const activities = normalised.as === 'mapped' ? normalised.activities : []
        const faults = activities.map((each) => AgentActivity.safeParse(each).error)
        expect(faults.filter((fault) => fault !== undefined)).toEqual([])
      },
    ),
    { numRuns: runs(300) },
  )
})
