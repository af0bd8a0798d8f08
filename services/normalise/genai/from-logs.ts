import type { ToolCalled } from '#shared/messages/activity.ts'
import { isObject, type Fields } from '../activity-read.ts'
import { contentId } from '#shared/facts/content-id.ts'
import { allOf, firstOf, readAttributes, type Attributes } from './attributes.ts'
import { names, requestIdNames, taskRules } from './dialects.ts'
import { readNanos, readTrace, type Rejection } from './span.ts'
import { sourceOf } from './from-spans.ts'

/** Names of log events that say: a tool was called and is done. */
const toolEvents = new Set(['tool_result', 'claude_code.tool_result', 'gen_ai.tool.result'])

/** The event's name: a field since OTLP 1.5, an attribute before, in older senders the body. The body is only compared. */
function isToolEvent(raw: Fields, attributes: Attributes): boolean {
  const body = isObject(raw['body']) ? raw['body']['stringValue'] : undefined
  return [raw['eventName'], firstOf(attributes, ['event.name']), body].some(
    (name) => typeof name === 'string' && toolEvents.has(name),
  )
}

/** Task by its own name, by the trace, by the session; undefined if the event carries none of them. */
function taskOfLog(
  raw: Fields,
  attributes: Attributes,
  resource: Attributes,
): { task: string; rule: string } | undefined {
  for (const { rule, names: wanted } of taskRules) {
    const task = firstOf(attributes, wanted) ?? firstOf(resource, wanted)
    if (task !== undefined) return { task, rule }
  }
  const session = firstOf(attributes, names.session) ?? firstOf(resource, names.session)
  const trace = readTrace(raw['traceId'])
  if (trace !== undefined)
    return {
      task: `trace:${trace}`,
      rule: session === undefined ? 'trace' : 'trace in conversation',
    }
  return session === undefined
    ? undefined
    : { task: `session:${session}`.slice(0, 512), rule: 'session' }
}

function agentOfLog(attributes: Attributes, resource: Attributes): string | undefined {
  return firstOf(attributes, names.agentId) ?? firstOf(resource, names.agentId)
}

/** When the tool returned, and from `duration_ms` when it was called; epoch ms. */
function timesOf(raw: Fields, attributes: Attributes): { time: number; end: number } | undefined {
  const stamp = Date.parse(firstOf(attributes, ['event.timestamp']) ?? '')
  const end =
    readNanos(raw['timeUnixNano']) ?? (stamp > 0 ? stamp : readNanos(raw['observedTimeUnixNano']))
  if (end === undefined) return undefined
  const duration = Number(firstOf(attributes, ['duration_ms']) ?? 0)
  const time = duration > 0 && duration < end ? Math.floor(end - duration) : end
  return { time, end }
}

/** What tells two events apart, of what may be read: the same event told twice has the same id. */
function logId(raw: Fields, attributes: Attributes, resource: Attributes): string {
  const { traceId = null, spanId = null, timeUnixNano = null } = raw
  return `log:${contentId([traceId, spanId, timeUnixNano, [...attributes], [...resource]])}`
}

/** A log record → the tool call that it reports; undefined if it reports none that has a task. */
export function fromLogRecord(
  raw: unknown,
  resource: Attributes,
): ToolCalled | Rejection | undefined {
  if (!isObject(raw)) return { reason: 'a log record is no object', field: 'logRecords' }
  const attributes = readAttributes(raw['attributes'])
  if (!isToolEvent(raw, attributes)) return undefined
  const task = taskOfLog(raw, attributes, resource)
  if (!task) return undefined
  const times = timesOf(raw, attributes)
  if (!times) return { reason: 'timeUnixNano is no time in nanoseconds', field: 'timeUnixNano' }
  const agent = agentOfLog(attributes, resource)
  return {
    kind: 'tool.called',
    id: logId(raw, attributes, resource),
    ...times,
    source: sourceOf(resource),
    ...task,
    ...(agent !== undefined && { agent }),
    tool: firstOf(attributes, ['tool_name', ...names.tool]) ?? '',
    requestIds: [...new Set(allOf(attributes, requestIdNames))].toSorted(),
  }
}
