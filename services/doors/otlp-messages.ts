import type { Field, Message } from './wire.ts'

/**
 * The messages of opentelemetry-proto v1.11.0 (trace.proto, logs.proto, metrics.proto, common.proto), as far as Keytrail
 * reads them. What is not named here (events, links, status, maps, bytes) is skipped unread.
 */

const scalarValue: Message = {
  1: { name: 'stringValue', as: 'text' },
  2: { name: 'boolValue', as: 'bool' },
  3: { name: 'intValue', as: 'int64' },
  4: { name: 'doubleValue', as: 'double' },
}

const anyValue: Message = {
  ...scalarValue,
  5: { name: 'arrayValue', as: { 1: { name: 'values', as: scalarValue, many: true } } },
}

const attributes: Field = {
  name: 'attributes',
  many: true,
  as: { 1: { name: 'key', as: 'text' }, 2: { name: 'value', as: anyValue } },
}

const resource: Field = { name: 'resource', as: { 1: attributes } }

const span: Message = {
  1: { name: 'traceId', as: 'hex' },
  2: { name: 'spanId', as: 'hex' },
  4: { name: 'parentSpanId', as: 'hex' },
  6: { name: 'kind', as: 'int' },
  7: { name: 'startTimeUnixNano', as: 'fixed64' },
  8: { name: 'endTimeUnixNano', as: 'fixed64' },
  9: attributes,
  16: { name: 'flags', as: 'fixed32' },
}

const logRecord: Message = {
  1: { name: 'timeUnixNano', as: 'fixed64' },
  // Only compared with the names of events, as old senders write them; never kept.
  5: { name: 'body', as: { 1: { name: 'stringValue', as: 'text' } } },
  6: attributes,
  9: { name: 'traceId', as: 'hex' },
  10: { name: 'spanId', as: 'hex' },
  11: { name: 'observedTimeUnixNano', as: 'fixed64' },
  12: { name: 'eventName', as: 'text' },
}

/** Metrics are counted and dropped, so a data point needs no field. */
const points: Message = { 1: { name: 'dataPoints', as: {}, many: true } }

const metric: Message = {
  5: { name: 'gauge', as: points },
  7: { name: 'sum', as: points },
  9: { name: 'histogram', as: points },
  10: { name: 'exponentialHistogram', as: points },
  11: { name: 'summary', as: points },
}

const request = (resources: string, scopes: string, items: string, item: Message): Message => ({
  1: {
    name: resources,
    many: true,
    as: {
      1: resource,
      2: { name: scopes, many: true, as: { 2: { name: items, as: item, many: true } } },
    },
  },
})

export type Signal = 'traces' | 'logs' | 'metrics'

/** What each signal's export request is made of, and how its answer counts what was refused. */
export const signals: Readonly<
  Record<
    Signal,
    {
      readonly request: Message
      /** Lists of the JSON form, from outside in: resources, scopes, items. */
      readonly lists: readonly [string, string, string]
      readonly rejected: string
    }
  >
> = {
  traces: {
    request: request('resourceSpans', 'scopeSpans', 'spans', span),
    lists: ['resourceSpans', 'scopeSpans', 'spans'],
    rejected: 'rejectedSpans',
  },
  logs: {
    request: request('resourceLogs', 'scopeLogs', 'logRecords', logRecord),
    lists: ['resourceLogs', 'scopeLogs', 'logRecords'],
    rejected: 'rejectedLogRecords',
  },
  metrics: {
    request: request('resourceMetrics', 'scopeMetrics', 'metrics', metric),
    lists: ['resourceMetrics', 'scopeMetrics', 'metrics'],
    rejected: 'rejectedDataPoints',
  },
}
