import type { Answer, Head, Opened, Site } from '#shared/ports/http.ts'
import type { Intake } from '#shared/ports/intake.ts'
import type { DoorBoard } from './board.ts'
import type { Entered, Gate } from './gate.ts'
import { handOver, type NotNow, type RefusedItems } from './hand-over.ts'
import { refused, taken } from './otlp-answers.ts'
import type { Signal } from './otlp-messages.ts'
import { readExport, type Encoding, type Export, type OtlpLimits } from './otlp-read.ts'
import { reportsIn, sum, type Reports } from './otlp-reports.ts'
import { Malformed, TooMany } from './wire.ts'

/** What every door needs. */
export type DoorOptions = {
  readonly gate: Gate
  readonly intake: Intake
  readonly board: DoorBoard
  readonly limits: OtlpLimits & { readonly bytes: number }
}

const paths: Readonly<Record<string, Signal>> = {
  '/v1/traces': 'traces',
  '/v1/logs': 'logs',
  '/v1/metrics': 'metrics',
}

const encodings: Readonly<Record<string, Encoding>> = {
  'application/x-protobuf': 'protobuf',
  'application/protobuf': 'protobuf',
  'application/json': 'json',
}

export const isOtlp = ({ path }: Head): boolean => Object.hasOwn(paths, path)

/**
 * OTLP/HTTP (opentelemetry-proto v1.11.0, OTLP specification): traces and logs become activities of the source whose token
 * came with them; metrics are counted and dropped, and the answer says so.
 */
export function otlpSite(options: DoorOptions): Site {
  return (head) => {
    const signal = paths[head.path]
    const encoding = encodings[mediaType(head)]
    const refuse: Opened['refuse'] = (status, why, headers) =>
      refused(encoding ?? 'json', status, why, headers)
    if (!signal) return refuse(404, 'OTLP/HTTP is at /v1/traces and /v1/logs')
    if (head.method !== 'POST') return refuse(405, 'POST only', { allow: 'POST' })
    if (!encoding)
      return refuse(415, 'content-type: application/x-protobuf or application/json only')
    const entered = options.gate.enter(head)
    if ('status' in entered) return refuse(entered.status, entered.why, entered.headers)
    const request = { signal, encoding, entered, received: head.received }
    return {
      maxBytes: options.limits.bytes,
      refuse,
      take: async (body) => await take(options, request, body),
    }
  }
}

/** The content type without its parameters. */
export const mediaType = ({ headers }: Head): string =>
  (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

type OtlpRequest = {
  readonly signal: Signal
  readonly encoding: Encoding
  readonly entered: Entered
  readonly received: number
}

async function take(
  { intake, board, limits }: DoorOptions,
  request: OtlpRequest,
  body: Uint8Array,
): Promise<Answer> {
  const { signal, encoding, entered, received } = request
  const { source, pay } = entered
  const read = readOrRefuse(signal, encoding, body, limits)
  pay(1 + ('items' in read ? read.items : 0))
  if ('status' in read) {
    const nothing = { source: source.name, received, records: [], taken: 0 }
    const item: RefusedItems = { reason: read.why, field: 'document', count: 1, ordinal: 0 }
    const held = await handOver(intake, board, { ...nothing, refused: [item] })
    return held ? later(encoding, held) : refused(encoding, read.status, read.why)
  }
  if (signal === 'metrics') {
    board.heard(source.name, received)
    const message = 'metrics are not read; send traces and logs'
    return taken(signal, encoding, read.items > 0 ? { rejected: read.items, message } : undefined)
  }
  const sorted = reportsIn(read, source, received)
  const held = await handOver(intake, board, sorted)
  return held ? later(encoding, held) : answer(request, read.items, sorted)
}

type Bad = { readonly status: 400 | 413; readonly why: string }

function readOrRefuse(
  signal: Signal,
  encoding: Encoding,
  body: Uint8Array,
  limits: OtlpLimits,
): Export | Bad {
  try {
    return readExport(signal, encoding, body, limits)
  } catch (cause) {
    if (cause instanceof Malformed) return { status: 400, why: cause.message }
    if (cause instanceof TooMany) return { status: 413, why: `${cause.message}: send less at once` }
    throw cause
  }
}

function answer({ signal, encoding }: OtlpRequest, items: number, sorted: Reports): Answer {
  const rejected = Math.min(items, sum(sorted.refused))
  if (rejected === 0) return taken(signal, encoding)
  const message = [
    ...sorted.refused.map(({ reason, count }) => `${count} × ${reason}`),
    ...sorted.details,
  ].join('; ')
  if (rejected < items) return taken(signal, encoding, { rejected, message })
  const [worst] = sorted.refused
  return refused(encoding, worst?.field === 'agent' ? 403 : 400, message)
}

const later = (encoding: Encoding, { status, why, retryAfter }: NotNow): Answer =>
  refused(encoding, status, why, { 'retry-after': String(retryAfter) })
