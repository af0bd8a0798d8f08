import type { AgentActivity } from '#shared/messages/activity.ts'
import type { Answer, Head, Opened, Site } from '#shared/ports/http.ts'
import { fromActivity } from '#services/normalise/from-activities.ts'
import type { Entered } from './gate.ts'
import { handOver, reportsOf, type RefusedItems, type Sorted } from './hand-over.ts'
import { mediaType, type DoorOptions } from './otlp.ts'
import { json, problem } from './pages.ts'
import { checkBody, parseJson, textOf, type BodyLimits } from './read-json.ts'
import { isRefusal, stamped, type Refusal, type Speaker } from './stamp.ts'
import { Malformed, TooMany } from './wire.ts'

export const activitiesPath = '/v1/activities'

/** How a body may be written: one JSON value, or one a line. */
const forms: Readonly<Record<string, 'json' | 'lines'>> = {
  'application/json': 'json',
  'application/x-ndjson': 'lines',
  'application/ndjson': 'lines',
  'application/jsonl': 'lines',
}

/** The agent API: activities (docs/agent-activities.md) by HTTP, each item with a verdict of its own. */
export function activitiesSite(options: DoorOptions): Site {
  return (head: Head): Answer | Opened => {
    const refuse: Opened['refuse'] = problem
    if (head.method !== 'POST') return problem(405, 'POST only', { allow: 'POST' })
    const form = forms[mediaType(head)]
    if (!form) return problem(415, 'content-type: application/json or application/x-ndjson only')
    const entered = options.gate.enter(head)
    if ('status' in entered) return problem(entered.status, entered.why, entered.headers)
    return {
      maxBytes: options.limits.bytes,
      refuse,
      take: async (body) => await take(options, entered, { form, body, received: head.received }),
    }
  }
}

type Body = {
  readonly form: 'json' | 'lines'
  readonly body: Uint8Array
  readonly received: number
}

async function take(
  { intake, board, limits }: DoorOptions,
  { source, pay }: Entered,
  { form, body, received }: Body,
): Promise<Answer> {
  const read = readOrRefuse(form, body, limits)
  if ('status' in read) {
    pay(1)
    const item: RefusedItems = { reason: read.why, field: 'document', count: 1, ordinal: 0 }
    const nothing = { source: source.name, received, records: [], taken: 0 }
    const held = await handOver(intake, board, { ...nothing, refused: [item] })
    return held ? later(held) : problem(read.status, read.why)
  }
  const verdicts = read.map((item) => verdictOn(item, source, received))
  pay(1 + verdicts.reduce((sum, verdict) => sum + costOf(verdict), 0))
  const held = await handOver(intake, board, sorted(verdicts, source, received))
  return held ? later(held) : answer(verdicts)
}

const later = ({ why, retryAfter }: { why: string; retryAfter: number }): Answer =>
  problem(503, why, { 'retry-after': String(retryAfter) })

type Bad = { readonly status: 400 | 413; readonly why: string }

/** An item, or what is wrong with its line. */
type Item = { readonly value: unknown } | Refusal

function readOrRefuse(
  form: Body['form'],
  body: Uint8Array,
  limits: BodyLimits & { readonly items: number },
): readonly Item[] | Bad {
  try {
    const items = form === 'lines' ? linesOf(body, limits) : valuesOf(body, limits)
    if (items.length > limits.items) throw new TooMany(`more than ${limits.items} items`)
    return items
  } catch (cause) {
    if (cause instanceof Malformed) return { status: 400, why: cause.message }
    if (cause instanceof TooMany) return { status: 413, why: `${cause.message}: send less at once` }
    throw cause
  }
}

function valuesOf(body: Uint8Array, limits: BodyLimits): Item[] {
  if (body.length === 0) throw new Malformed('the body is empty')
  checkBody(body, limits)
  const value = parseJson(textOf(body))
  return (Array.isArray(value) ? value : [value]).map((each: unknown) => ({ value: each }))
}

/** One line that is wrong does not spoil the others; that there are too many parts does. */
function linesOf(body: Uint8Array, limits: BodyLimits & { readonly items: number }): Item[] {
  const items: Item[] = []
  for (let start = 0; start < body.length && items.length <= limits.items;) {
    const found = body.indexOf(0x0a, start)
    const end = found < 0 ? body.length : found
    const line = body.subarray(start, end)
    if (line.some((byte) => byte > 0x20)) items.push(lineOf(line, limits))
    start = end + 1
  }
  return items
}

function lineOf(line: Uint8Array, limits: BodyLimits): Item {
  try {
    checkBody(line, limits)
    return { value: parseJson(textOf(line)) }
  } catch (cause) {
    if (cause instanceof Malformed || cause instanceof TooMany)
      return { reason: cause.message.replace('the body', 'the line'), field: 'document' }
    throw cause
  }
}

/** What becomes of one item. */
export type Verdict = { readonly record: string; readonly activity: AgentActivity } | Refusal

/** An activity as its source may say it, or why it is not taken. */
export function verdictOn(item: Item, source: Speaker, received: number): Verdict {
  if (isRefusal(item)) return item
  const read = fromActivity(item.value)
  if (read.as === 'dead') return { reason: read.reason, field: read.field }
  if (read.as === 'ignored') return { reason: read.reason, field: 'kind' }
  const [said] = reportsOf(read)
  if (!said) return { reason: 'not an agent activity', field: 'kind' }
  const activity = stamped(said, source, received)
  return isRefusal(activity) ? activity : { record: `${source.name}/${read.record}`, activity }
}

/** A request id costs as much as an item: each is remembered. */
const costOf = (verdict: Verdict): number =>
  isRefusal(verdict) || verdict.activity.kind !== 'tool.called'
    ? 1
    : 1 + verdict.activity.requestIds.length

function sorted(verdicts: readonly Verdict[], source: Speaker, received: number): Sorted {
  const records = verdicts.flatMap((verdict) =>
    isRefusal(verdict) ? [] : [{ record: verdict.record, activities: [verdict.activity] }],
  )
  const refused = verdicts.flatMap((verdict, ordinal) =>
    isRefusal(verdict) ? [{ reason: verdict.reason, field: verdict.field, count: 1, ordinal }] : [],
  )
  return { source: source.name, received, records, taken: records.length, refused }
}

/** A body of which nothing was taken is an error of the whole, so that nobody takes silence for consent. */
function answer(verdicts: readonly Verdict[]): Answer {
  const items = verdicts.map((verdict, index) =>
    isRefusal(verdict)
      ? { index, accepted: false, ...verdict }
      : { index, accepted: true, id: verdict.activity.id },
  )
  const refused = items.filter(({ accepted }) => !accepted).length
  const body = { accepted: items.length - refused, refused, items }
  if (refused < items.length || items.length === 0) return json(200, body)
  return json(verdicts.every(isForbidden) ? 403 : 400, body)
}

const isForbidden = (verdict: Verdict): boolean =>
  isRefusal(verdict) && verdict.field === 'agent' && verdict.detail !== undefined
