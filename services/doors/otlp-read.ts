import { signals, type Signal } from './otlp-messages.ts'
import { checkBody, parseJson, textOf, type BodyLimits } from './read-json.ts'
import { decode, Malformed, TooMany } from './wire.ts'

export type Encoding = 'protobuf' | 'json'

export type OtlpLimits = BodyLimits & {
  /** Spans, log records or data points in one request. */
  readonly items: number
}

/** What one export request may hold, unless its door has other limits. */
export const otlpLimits: OtlpLimits = { depth: 64, items: 20_000, parts: 1_000_000 }

/** An export request in its JSON shape, with no other list than that of its signal. */
export type Export = {
  readonly document: Readonly<Record<string, unknown>>
  readonly items: number
}

/**
 * Reads the body of an export request (OTLP specification, OTLP/HTTP). An empty one is good and holds nothing.
 * @throws Malformed or TooMany
 */
export function readExport(
  signal: Signal,
  encoding: Encoding,
  bytes: Uint8Array,
  limits: OtlpLimits,
): Export {
  const { request, lists } = signals[signal]
  const found: unknown =
    encoding === 'protobuf' ? decode(bytes, request, limits.parts) : readJson(bytes, limits)
  if (!isObject(found)) throw new Malformed('the body is no object')
  const [list] = lists
  const resources = found[list]
  if (resources === undefined && Object.keys(found).length > 0)
    throw new Malformed(`no list of ${list} (OTLP/JSON writes names in lowerCamelCase)`)
  if (resources !== undefined && !Array.isArray(resources))
    throw new Malformed(`${list} is no list`)
  const document = { [list]: resources ?? [] }
  const items = signal === 'metrics' ? pointsIn(document) : itemsIn(document, lists).length
  if (items > limits.items) throw new TooMany(`more than ${limits.items} items`)
  return { document, items }
}

function readJson(bytes: Uint8Array, limits: BodyLimits): unknown {
  if (bytes.length === 0) throw new Malformed('the body is empty')
  checkBody(bytes, limits)
  return parseJson(textOf(bytes))
}

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const listIn = (value: unknown, name: string): readonly unknown[] => {
  const list = isObject(value) ? value[name] : undefined
  return Array.isArray(list) ? list : []
}

function itemsIn(document: Fields, lists: readonly [string, string, string]): readonly unknown[] {
  const [resources, scopes, items] = lists
  return listIn(document, resources)
    .flatMap((resource) => listIn(resource, scopes))
    .flatMap((scope) => listIn(scope, items))
}

/** Every kind of metric keeps its points in a member of its own (metrics.proto, `Metric.data`). */
function pointsIn(document: Fields): number {
  let points = 0
  for (const metric of itemsIn(document, signals.metrics.lists)) {
    const members = isObject(metric) ? Object.values(metric) : []
    for (const data of members) points += listIn(data, 'dataPoints').length
  }
  return points
}
