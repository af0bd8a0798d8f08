import type { TaskEnded, TaskStarted, ToolCalled } from '#shared/messages/activity.ts'
import { firstOf, type Attributes } from './attributes.ts'
import { names, parentTaskNames } from './dialects.ts'
import type { Span } from './span.ts'
import { agentOf, namedTask, taskOf, userOf, type Spans } from './trace.ts'

type Reported = TaskStarted | TaskEnded | ToolCalled

/** A self-asserted label: which service says so. Live sources are told apart at the door. */
export function sourceOf(resource: Attributes): string {
  const service = firstOf(resource, names.service)
  return service === undefined ? 'otlp' : `otlp:${service}`.slice(0, 512)
}

const idOf = (span: Span, suffix = ''): string => `span:${span.trace}:${span.id}${suffix}`

const toolName = (span: Span): string => firstOf(span.attributes, names.tool) ?? ''

/**
 * The span whose call this is: the outermost of the nearest tool spans that name the same tool. The agent's own span, the MCP
 * client's and the MCP server's are one call seen from three sides.
 */
function callOf(path: readonly Span[]): Span | undefined {
  const tools = path.filter((span) => span.role === 'tool')
  const [nearest] = tools
  if (!nearest) return undefined
  const other = tools.findIndex((span) => toolName(span) !== toolName(nearest))
  return other < 0 ? tools.at(-1) : tools[other - 1]
}

/** Each call with the request ids of the AWS spans below it; an AWS span under no tool is a call of its own. */
function callsIn(spans: Spans): Map<Span, Set<string>> {
  const calls = new Map<Span, Set<string>>()
  for (const span of spans.all()) {
    if (span.role !== 'tool' && span.requestIds.length === 0) continue
    const call = callOf(spans.path(span)) ?? span
    const requestIds = calls.get(call) ?? new Set()
    for (const id of span.requestIds) requestIds.add(id)
    calls.set(call, requestIds)
  }
  return calls
}

function toolCalled(
  span: Span,
  path: readonly Span[],
  requestIds: ReadonlySet<string>,
): ToolCalled {
  const agent = agentOf(path)
  return {
    kind: 'tool.called',
    id: idOf(span),
    time: span.start,
    source: sourceOf(span.resource),
    ...taskOf(path, span.trace),
    ...(agent !== undefined && { agent }),
    tool: span.role === 'tool' ? toolName(span) : '',
    ...(span.end !== undefined && { end: span.end }),
    requestIds: [...requestIds].toSorted(),
  }
}

function started(span: Span, path: readonly Span[], task: string, parent?: string): TaskStarted[] {
  const agent = agentOf(path)
  if (agent === undefined) return []
  const onBehalfOf = userOf(path)
  return [
    {
      kind: 'task.started',
      id: idOf(span, ':start'),
      time: span.start,
      source: sourceOf(span.resource),
      task,
      agent,
      ...(parent !== undefined && parent !== task && { parent }),
      ...(onBehalfOf !== undefined && { onBehalfOf }),
    },
  ]
}

/**
 * A trace ends with its root. A named task does not: it may go on in the next trace (another turn of the conversation), so
 * its end must be reported as such.
 */
function ended(span: Span, path: readonly Span[]): TaskEnded[] {
  const agent = agentOf(path)
  if (agent === undefined || span.end === undefined) return []
  const task = `trace:${span.trace}`
  return [
    {
      kind: 'task.ended',
      id: idOf(span, ':end'),
      time: span.end,
      source: sourceOf(span.resource),
      task,
      agent,
    },
  ]
}

/** The trace as a sub-task of the task that its root names: spans in other documents may know only the trace. */
function traceTask(span: Span, path: readonly Span[], task: string): Reported[] {
  const trace = `trace:${span.trace}`
  const link = started(span, path, trace, task).map((each) => ({
    ...each,
    id: idOf(span, ':trace'),
  }))
  return [...(trace === task ? [] : link), ...ended(span, path)]
}

/**
 * What an agent span says of tasks. The root of a trace speaks for the trace; an inner agent speaks only if it names a task of
 * its own. Where the way up leads out of the document, nobody knows whether it is the root, and nothing is said.
 */
function tasksOf(span: Span, path: readonly Span[]): Reported[] {
  const above = path.slice(1)
  const inner = above.some((each) => each.role === 'agent')
  const root = !inner && (path.at(-1)?.entry ?? false)
  const own = namedTask([{ ...span, resource: new Map() }])
  if (!root && !own) return []
  const { task } = own ?? taskOf(path, span.trace)
  const outer = inner ? taskOf(above, span.trace).task : undefined
  const parent = firstOf(span.attributes, parentTaskNames) ?? outer
  return [...started(span, path, task, parent), ...(root ? traceTask(span, path, task) : [])]
}

/** The activities in the spans of one document, in an order that does not depend on theirs. */
export function fromSpans(spans: Spans): Reported[] {
  const reported: Reported[] = []
  for (const [span, requestIds] of callsIn(spans))
    reported.push(toolCalled(span, spans.path(span), requestIds))
  for (const span of spans.all())
    if (span.role === 'agent') reported.push(...tasksOf(span, spans.path(span)))
  return reported.toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}
