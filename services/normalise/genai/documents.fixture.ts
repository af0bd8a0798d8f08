import { fromOtlp } from '../from-otlp.ts'

/** OTLP/JSON documents for tests, as small as the protocol allows. */
export const trace = 'a'.repeat(32)
export const spanId = (n: number): string => n.toString(16).padStart(16, '0')
export type Values = Record<string, unknown>

const anyValue = (value: unknown): unknown =>
  typeof value === 'number'
    ? { intValue: String(value) }
    : typeof value === 'string'
      ? { stringValue: value }
      : value
export const attributes = (values: Values) =>
  Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }))
export const span = (n: number, parent: number, values: Values, more: Values = {}) => ({
  traceId: trace,
  spanId: spanId(n),
  parentSpanId: parent ? spanId(parent) : '',
  kind: 1,
  startTimeUnixNano: `17778852${String(n).padStart(2, '0')}000000000`,
  endTimeUnixNano: `1777885290000000000`,
  attributes: attributes(values),
  ...more,
})
export const traces = (spans: unknown[], resource: Values = { 'service.name': 'ledger' }) => ({
  resourceSpans: [{ resource: { attributes: attributes(resource) }, scopeSpans: [{ spans }] }],
})
export const logs = (logRecords: unknown[], resource: Values = { 'service.name': 'coder' }) => ({
  resourceLogs: [{ resource: { attributes: attributes(resource) }, scopeLogs: [{ logRecords }] }],
})
export const activitiesOf = (document: unknown): readonly unknown[] => {
  const normalised = fromOtlp(document)
  if (normalised.as !== 'mapped') throw new Error(JSON.stringify(normalised))
  return normalised.activities
}
export const callsOf = (document: unknown) =>
  activitiesOf(document).filter((each) => Object(each).kind === 'tool.called')

export const root = {
  'gen_ai.operation.name': 'invoke_agent',
  'gen_ai.agent.id': 'agent-ledger',
  'gen_ai.conversation.id': 'c-1',
}
export const tool = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'read' }
