import type { AgentActivity } from '#shared/messages/activity.ts'
import type { Normalised, Pointer, Rejected } from '#shared/messages/record.ts'
import { isObject, type Fields } from './activity-read.ts'
import { contentId } from '#shared/facts/content-id.ts'
import { list, readAttributes, type Attributes } from './genai/attributes.ts'
import { fromLogRecord } from './genai/from-logs.ts'
import { fromSpans } from './genai/from-spans.ts'
import { isRejection, readSpan, type Rejection } from './genai/span.ts'
import { Spans } from './genai/trace.ts'

/** What was read of one document. */
type Reading = {
  readonly activities: readonly AgentActivity[]
  readonly rejections: readonly Rejection[]
  /** Spans or log records that could be read, whether or not they say anything. */
  readonly accepted: number
}

/** Every item two levels below a resource, with the attributes of that resource. */
function* itemsOf(
  resources: unknown,
  scopes: readonly string[],
  items: string,
): Generator<readonly [unknown, Attributes]> {
  for (const each of list(resources)) {
    if (!isObject(each)) continue
    const { resource } = each
    const attributes = readAttributes(isObject(resource) ? resource['attributes'] : undefined)
    for (const scope of scopes.flatMap((name) => list(each[name])))
      if (isObject(scope)) for (const item of list(scope[items])) yield [item, attributes]
  }
}

/** `instrumentationLibrarySpans` is how OTLP before 0.15 wrote `scopeSpans`. */
const spanScopes = ['scopeSpans', 'instrumentationLibrarySpans']
const logScopes = ['scopeLogs', 'instrumentationLibraryLogs']

function readSpans(document: Fields): Reading {
  const spans = new Spans()
  const rejections: Rejection[] = []
  let accepted = 0
  for (const [raw, resource] of itemsOf(document['resourceSpans'], spanScopes, 'spans')) {
    const span = readSpan(raw, resource)
    if (isRejection(span)) rejections.push(span)
    else {
      spans.add(span)
      accepted++
    }
  }
  return { activities: fromSpans(spans), rejections, accepted }
}

function readLogs(document: Fields): Reading {
  const activities = new Map<string, AgentActivity>()
  const rejections: Rejection[] = []
  let accepted = 0
  for (const [raw, resource] of itemsOf(document['resourceLogs'], logScopes, 'logRecords')) {
    const call = fromLogRecord(raw, resource)
    if (call && isRejection(call)) {
      rejections.push(call)
      continue
    }
    accepted++
    if (call) activities.set(call.id, call)
  }
  return { activities: [...activities.values()], rejections, accepted }
}

/** Rejections of one reason and field, counted. */
function counted(rejections: readonly Rejection[]): readonly Rejected[] {
  const counts = new Map<string, Rejected>()
  for (const { reason, field } of rejections)
    counts.set(reason, { reason, field, count: (counts.get(reason)?.count ?? 0) + 1 })
  return [...counts.values()]
}

function judged(document: Fields, { activities, rejections, accepted }: Reading): Normalised {
  const rejected = counted(rejections)
  const [worst] = rejected
  if (accepted === 0 && worst) return { as: 'dead', reason: worst.reason, field: worst.field }
  if (activities.length === 0 && !worst)
    return { as: 'ignored', reason: 'OTLP without agent, tool or AWS request' }
  const mapped = { as: 'mapped', record: `otlp/${contentId(document)}`, activities } as const
  return worst ? { ...mapped, rejected } : mapped
}

/**
 * One OTLP/JSON document of traces or logs (opentelemetry-proto v1.11.0) → the tasks and tool calls in it. Spans are joined by
 * their parents inside the document; across documents they meet by the trace id, which is the task where none is named.
 * A bad span does not spoil its neighbours: it is counted under `rejected`. Contents of prompts and tools are never read.
 */
export function fromOtlp(value: unknown, _pointer?: Pointer): Normalised {
  if (!isObject(value)) return { as: 'dead', reason: 'not an OTLP document', field: '' }
  const spans = readSpans(value)
  const logs = readLogs(value)
  if (!Array.isArray(value['resourceSpans']) && !Array.isArray(value['resourceLogs']))
    return {
      as: 'dead',
      reason: 'no list of resourceSpans or resourceLogs',
      field: 'resourceSpans',
    }
  return judged(value, {
    activities: [...spans.activities, ...logs.activities],
    rejections: [...spans.rejections, ...logs.rejections],
    accepted: spans.accepted + logs.accepted,
  })
}
