import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { OTLPLogExporter as JsonLogs } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as ProtoLogs } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPTraceExporter as JsonTraces } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtoTraces } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { bearer, house, type House } from './house.ts'

const resource = resourceFromAttributes({ 'service.name': 'ledger-bot' })
const options = ({ url }: House, path: string) => ({
  url: `${url}${path}`,
  headers: { ...bearer(1) },
})

describe.each([
  ['protobuf', ProtoTraces],
  ['JSON', JsonTraces],
] as const)('the OpenTelemetry exporter of traces, %s', (_, Exporter) => {
  test.each(['none', 'gzip'])('compression: %s', async (compression) => {
    const home = await house()
    const exporter = new Exporter({
      ...options(home, '/v1/traces'),
      compression: compression as never,
    })
    const provider = new TracerProvider({
      resource,
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
    })
    const span = provider.getTracer('test').startSpan('execute_tool read', {
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'read',
        'gen_ai.task.id': 't-1',
        'gen_ai.agent.id': 'ledger',
        'aws.request_id': '3d6f0a7e-5b1c-4c8e-9f2a-000000000001',
        'gen_ai.tool.call.arguments': '{"canary":"CANARY"}',
      },
    })
    span.end()
    await provider.forceFlush()
    await provider.shutdown()
    expect(home.said()).toMatchObject([
      {
        kind: 'tool.called',
        task: 't-1',
        agent: 'ledger',
        tool: 'read',
        requestIds: ['3d6f0a7e-5b1c-4c8e-9f2a-000000000001'],
        source: 'orchestrator',
      },
    ])
    expect(JSON.stringify(home.intake.logged)).not.toContain('CANARY')
  })
})

describe.each([
  ['protobuf', ProtoLogs],
  ['JSON', JsonLogs],
] as const)('the OpenTelemetry exporter of logs, %s', (_, Exporter) => {
  test('a tool result becomes a call', async () => {
    const home = await house()
    const exporter = new Exporter(options(home, '/v1/logs'))
    const provider = new LoggerProvider({
      resource,
      processors: [new SimpleLogRecordProcessor({ exporter })],
    })
    provider.getLogger('test').emit({
      eventName: 'tool_result',
      body: 'CANARY',
      attributes: { 'event.name': 'tool_result', tool_name: 'Bash', 'session.id': 's-1' },
    })
    await provider.forceFlush()
    await provider.shutdown()
    expect(home.said()).toMatchObject([{ kind: 'tool.called', tool: 'Bash', task: 'session:s-1' }])
    expect(JSON.stringify(home.intake.logged)).not.toContain('CANARY')
  })
})

const Case = z.object({
  case: z.string(),
  request: z.object({ path: z.string(), contentType: z.string(), body: z.string() }),
  repeat: z.number().default(1),
  status: z.array(z.number()),
  accepted: z.number().optional(),
  rejected: z.number().optional(),
  toolCalls: z.number().optional(),
})
const folder = join(import.meta.dirname, 'cases')
const cases = readdirSync(folder).map((name) => ({
  ...Case.parse(JSON.parse(readFileSync(join(folder, name, 'expect.json'), 'utf8'))),
  folder: join(folder, name),
}))

describe.each(cases)('$case', (wanted) => {
  test.each(['as it is', 'gzip'])('%s', async (coding) => {
    const { path, contentType, body } = wanted.request
    const bytes = readFileSync(join(wanted.folder, body))
    const zipped = coding === 'gzip'
    const { post, board, said } = await house()
    for (let times = 0; times < wanted.repeat; times++) {
      const answer = await post(path, new Uint8Array(zipped ? gzipSync(bytes) : bytes), {
        'content-type': contentType,
        ...(zipped && { 'content-encoding': 'gzip' }),
      })
      expect(wanted.status).toContain(answer.status)
      await answer.text()
    }
    const state = board.states().find(({ name }) => name === 'orchestrator')
    const refused = [...(state?.refused.values() ?? [])].reduce((sum, count) => sum + count, 0)
    expect(state?.taken).toBe(wanted.accepted ?? state?.taken)
    expect(refused).toBe(wanted.rejected ?? 0)
    const calls = new Set(said().flatMap(({ kind, id }) => (kind === 'tool.called' ? id : [])))
    expect(calls.size).toBe(wanted.toolCalls ?? calls.size)
  })
})

const span = (more: object) => ({
  traceId: '7aaeb5df5e47af78d85e73be26f3ae06',
  spanId: '0123456789abcdef',
  startTimeUnixNano: '1777885200000000000',
  endTimeUnixNano: '1777885201000000000',
  attributes: [
    { key: 'gen_ai.operation.name', value: { stringValue: 'execute_tool' } },
    { key: 'gen_ai.task.id', value: { stringValue: 't-1' } },
  ],
  ...more,
})
const traces = (...spans: object[]) =>
  JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })

const Partly = z.object({
  partialSuccess: z.object({
    rejectedSpans: z.string().optional(),
    rejectedDataPoints: z.string().optional(),
    errorMessage: z.string(),
  }),
})

describe('OTLP/HTTP', () => {
  test('what is refused of a request is told as partial success', async () => {
    const { post, said } = await house()
    const answer = await post('/v1/traces', traces(span({}), span({ spanId: 'no hex' })))
    expect(answer.status).toBe(200)
    const { partialSuccess } = Partly.parse(await answer.json())
    expect(partialSuccess.rejectedSpans).toBe('1')
    expect(partialSuccess.errorMessage).toContain('1 ×')
    expect(said()).toHaveLength(1)
  })

  test('all of it taken: the answer is empty, in the encoding of the request', async () => {
    const { post } = await house()
    const asJson = await post('/v1/traces', traces(span({})))
    expect(await asJson.text()).toBe('{}')
    const type = { 'content-type': 'application/x-protobuf' }
    const asProtobuf = await post('/v1/traces', new Uint8Array(), type)
    expect([asProtobuf.status, asProtobuf.headers.get('content-type')]).toEqual([
      200,
      'application/x-protobuf',
    ])
    expect((await asProtobuf.arrayBuffer()).byteLength).toBe(0)
  })

  test('metrics are counted and dropped, and the answer says so', async () => {
    const { post, said } = await house()
    const metric = { name: 'm', gauge: { dataPoints: [{ asInt: '1' }, { asInt: '2' }] } }
    const body = { resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] }
    const answer = Partly.parse(await (await post('/v1/metrics', JSON.stringify(body))).json())
    expect(answer.partialSuccess.rejectedDataPoints).toBe('2')
    expect(said()).toEqual([])
  })

  test.each<[string, string | Uint8Array<ArrayBuffer>, Record<string, string>, number]>([
    ['no token', '{}', { authorization: '' }, 401],
    ['another type', '{}', { 'content-type': 'text/plain' }, 415],
    ['damaged protobuf', new Uint8Array([10, 200, 1, 1]), protobuf(), 400],
    ['JSON as protobuf', '{"resourceSpans":[]}', protobuf(), 400],
    ['names in snake case', '{"resource_spans":[]}', {}, 400],
    ['a list', '[]', {}, 400],
    ['too deep', '['.repeat(300), {}, 413],
  ])('%s', async (_, body, headers, status) => {
    const { post } = await house()
    const answer = await post('/v1/traces', body, headers)
    expect(answer.status).toBe(status)
    const told = await answer.text()
    // A status in words that repeat nothing; in protobuf its text is there as it is.
    expect(told).toMatch(/^\{"code":\d+,"message":".+"\}$|^[^{]+$/)
  })

  test('under pressure: 503 with Retry-After, and nothing is taken', async () => {
    const { post, intake, said } = await house({ waitingMax: 0 })
    intake.pause()
    const answer = await post('/v1/traces', traces(span({})))
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    expect(said()).toEqual([])
  })

  test('spans of another agent are refused, and the source is told which it may speak for', async () => {
    const { post, said } = await house()
    const agent = { key: 'gen_ai.agent.id', value: { stringValue: 'payroll' } }
    const foreign = span({
      spanId: '0123456789abcdee',
      attributes: [...span({}).attributes, agent],
    })
    const answer = await post('/v1/traces', traces(span({}), foreign), bearer(2))
    const { partialSuccess } = Partly.parse(await answer.json())
    expect(partialSuccess.rejectedSpans).toBe('1')
    expect(partialSuccess.errorMessage).toContain('may speak for ledger')
    expect(said()).toMatchObject([{ agent: 'ledger', source: 'ledger-host' }])
    expect((await post('/v1/traces', traces(foreign), bearer(2))).status).toBe(403)
  })
})

function protobuf(): Record<string, string> {
  return { 'content-type': 'application/x-protobuf' }
}
