import { isObject, type Fields } from '../activity-read.ts'
import { allOf, readAttributes, roleOf, type Attributes } from './attributes.ts'
import { requestIdNames, type Role } from './dialects.ts'

/** What Keytrail keeps of one span: ids, times and the attributes that the dialect tables name. */
export type Span = {
  /** 32 lower-case hex digits. */
  readonly trace: string
  /** 16 lower-case hex digits. */
  readonly id: string
  /** '' for a span without a parent. */
  readonly parent: string
  /** Whether its parent, if any, ran in another process, so that nothing local stands above it. */
  readonly entry: boolean
  /** Epoch ms. */
  readonly start: number
  readonly end: number | undefined
  readonly role: Role | undefined
  readonly requestIds: readonly string[]
  readonly attributes: Attributes
  /** Attributes of the resource that wrote it. */
  readonly resource: Attributes
}

/** Why a span or log record was not read, and in which field. */
export type Rejection = { readonly reason: string; readonly field: string }

export const isRejection = <T extends object>(read: T | Rejection): read is Rejection =>
  'reason' in read

const hexTrace = /^[0-9a-f]{32}$/i
const hexSpan = /^[0-9a-f]{16}$/i
const zero = /^0+$/

/** An OTLP/JSON trace id in lower case; undefined if it is none. */
export const readTrace = (value: unknown): string | undefined => readHex(value, hexTrace)

function readHex(value: unknown, form: RegExp): string | undefined {
  return typeof value === 'string' && form.test(value) && !zero.test(value)
    ? value.toLowerCase()
    : undefined
}

const notHex = (field: string, digits: number): Rejection => ({
  field,
  reason: `${field} is not ${digits} hex digits: ids are hex in OTLP/JSON, not base64`,
})

const latestTime = 8.64e15

/** `fixed64` nanoseconds, as decimal text or number → epoch ms; undefined for 0, absent and anything else. */
export function readNanos(value: unknown): number | undefined {
  const nanos = typeof value === 'string' && /^\d{1,20}$/.test(value) ? Number(value) : value
  if (typeof nanos !== 'number' || !Number.isFinite(nanos)) return undefined
  const ms = typeof value === 'string' ? Number(value.slice(0, -6)) : Math.floor(nanos / 1e6)
  return ms > 0 && ms <= latestTime ? ms : undefined
}

/** Kinds whose own request id names the invocation that reached them, not a call that they made. */
const serving = new Set<unknown>([2, 5, 'SPAN_KIND_SERVER', 'SPAN_KIND_CONSUMER', '2', '5'])

/** `SpanFlags`: bit 9 says that the parent is remote, valid where bit 8 is set (opentelemetry-proto trace.proto). */
const remoteParent = 0x300

const isRemote = (flags: unknown): boolean =>
  typeof flags === 'number' && (flags & remoteParent) === remoteParent

function readIds(raw: Fields): { trace: string; id: string; parent: string } | Rejection {
  const trace = readTrace(raw['traceId'])
  if (trace === undefined) return notHex('traceId', 32)
  const id = readHex(raw['spanId'], hexSpan)
  if (id === undefined) return notHex('spanId', 16)
  const above = raw['parentSpanId'] ?? ''
  if (above === '' || (typeof above === 'string' && zero.test(above)))
    return { trace, id, parent: '' }
  const parent = readHex(above, hexSpan)
  return parent === undefined ? notHex('parentSpanId', 16) : { trace, id, parent }
}

/** Reads one span of an OTLP/JSON document; unknown fields are ignored. */
export function readSpan(raw: unknown, resource: Attributes): Span | Rejection {
  if (!isObject(raw)) return { reason: 'a span is no object', field: 'spans' }
  const ids = readIds(raw)
  if (isRejection(ids)) return ids
  const start = readNanos(raw['startTimeUnixNano'])
  if (start === undefined)
    return { reason: 'startTimeUnixNano is no time in nanoseconds', field: 'startTimeUnixNano' }
  const end = readNanos(raw['endTimeUnixNano'])
  const attributes = readAttributes(raw['attributes'])
  const role = roleOf(attributes)
  const serves = serving.has(raw['kind'])
  return {
    ...ids,
    entry: ids.parent === '' || serves || isRemote(raw['flags']),
    start,
    end: end !== undefined && end >= start ? end : undefined,
    role,
    requestIds: serves && role !== 'tool' ? [] : allOf(attributes, requestIdNames),
    attributes,
    resource,
  }
}
