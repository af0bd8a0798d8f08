import { firstOf } from './attributes.ts'
import { names, taskRules } from './dialects.ts'
import type { Span } from './span.ts'

/** Deeper nesting than this is not followed. */
const deepest = 64

/** The spans of one document by id, and the way up from each. */
export class Spans {
  private readonly byId = new Map<string, Span>()

  /** Of a span that is told several times, the one that ends latest stands. */
  add(span: Span): void {
    const key = `${span.trace}:${span.id}`
    const known = this.byId.get(key)
    if (!known || (span.end ?? 0) > (known.end ?? 0)) this.byId.set(key, span)
  }

  all(): Iterable<Span> {
    return this.byId.values()
  }

  /** The span and what stands above it in this document, nearest first. */
  path(span: Span): readonly Span[] {
    const path = [span]
    let above = this.above(span)
    while (above && path.length < deepest && !path.includes(above)) {
      path.push(above)
      above = this.above(above)
    }
    return path
  }

  private above(span: Span): Span | undefined {
    return span.parent === '' ? undefined : this.byId.get(`${span.trace}:${span.parent}`)
  }
}

/** The task of a span and the rule that found it. */
export type Task = { readonly task: string; readonly rule: string }

/** First value under `wanted` on the way up, then on the resource. */
function findUp(path: readonly Span[], wanted: readonly string[]): string | undefined {
  for (const span of path) {
    const found = firstOf(span.attributes, wanted)
    if (found !== undefined) return found
  }
  const [self] = path
  return self && firstOf(self.resource, wanted)
}

/** A task that somebody named, by the strongest rule that finds one. */
export function namedTask(path: readonly Span[]): Task | undefined {
  for (const { rule, names: wanted } of taskRules) {
    const task = findUp(path, wanted)
    if (task !== undefined) return { task, rule }
  }
  return undefined
}

/**
 * Without a named task the trace is the task: `trace:<traceId>`. The key is the trace id alone, since spans of one trace come
 * in several documents, and one that lacks the conversation must still meet the others. The rule says whether one was seen.
 */
export function taskOf(path: readonly Span[], trace: string): Task {
  const named = namedTask(path)
  if (named) return named
  const inSession = findUp(path, names.session) !== undefined
  return { task: `trace:${trace}`, rule: inSession ? 'trace in conversation' : 'trace' }
}

/**
 * The agent: the id it declares, else its name with the service and cloud resource that it runs as, because a name alone is
 * not unique and in-process agents carry no id since genai v0.1.0.
 */
export function agentOf(path: readonly Span[]): string | undefined {
  for (const span of path) {
    const agent = firstOf(span.attributes, names.agentId) ?? namedAgent(span)
    if (agent !== undefined) return agent
  }
  const [self] = path
  return self && firstOf(self.resource, names.agentId)
}

function namedAgent(span: Span): string | undefined {
  const name = firstOf(span.attributes, names.agentName)
  if (name === undefined) return undefined
  const place = [firstOf(span.resource, names.service), firstOf(span.resource, names.cloudResource)]
  return [name, ...place.filter((part) => part !== undefined)].join('/').slice(0, 512)
}

export const userOf = (path: readonly Span[]): string | undefined => findUp(path, names.user)
