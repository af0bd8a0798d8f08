import { gunzipSync } from 'node:zlib'
import { limits, type MessageLimits } from './limits.ts'
import { Splitter } from './splitter.ts'
import { isFields, openWrapper } from './wrappers.ts'
import type { Inner } from './wrappers.ts'

/** Takes what is found inside one value of a file. Each element ends as exactly one of the three. */
export type Sink = {
  /** `within`: the way through the wrappers, such as `logEvents[3].message`; '' where there are none. */
  record(value: unknown, within: string): void
  ignored(reason: string, within: string): void
  dead(reason: string, field: string, text: string): void
}

/**
 * True for nearly every record and agent activity: nothing is wrapped around it, and it is of no kind that `wrappers.ts`
 * treats. AWS's notifications of other services have an `eventSource` too, such as `aws:s3`.
 */
export function isPlainRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { kind, eventSource, eventName, eventCategory, eventType } = value as {
    readonly [name: string]: unknown
  }
  if (typeof eventName !== 'string' || typeof eventSource !== 'string') {
    return typeof kind === 'string'
  }
  return (
    !eventSource.startsWith('aws:') &&
    eventCategory !== 'Insight' &&
    eventType !== 'AwsCloudTrailInsight' &&
    !('insightDetails' in value)
  )
}

/**
 * The same for bytes as a message carries them: JSON, one value or several, perhaps compressed. At a bound the work ends: the
 * sink keeps what it has, and the last dead letter names the bound.
 * @returns how many bytes were looked at, with those that were unfolded
 */
export function unwrapBytes(bytes: Uint8Array, sink: Sink, bounds: MessageLimits): number {
  const { unfoldedBytes, parts } = bounds
  const state = { sink: counted(sink, bounds.elements), unfolded: 0, unfoldedBytes, parts }
  return upToItsBound(state, sink, () => {
    unfold(state, bytes.length)
    inflate(state, bytes, '', 0)
  })
}

type State = {
  readonly sink: Sink
  unfolded: number
  readonly unfoldedBytes: number
  /** Objects and lists that one text may have. */
  readonly parts: number
}

/**
 * Takes the wrappers off: envelopes of AWS services in any nesting, exports of other tools, lists. What is no wrapper is
 * handed on as it is; normalise decides whether it is a record.
 */
export function unwrap(value: unknown, sink: Sink): void {
  const state = { sink, unfolded: 0, unfoldedBytes: limits.unfoldedBytes, parts: Infinity }
  upToItsBound(state, sink, () => open(state, value, '', 0))
}

/** There is more than may be. The rest is left. */
class Exceeded extends Error {
  override readonly name = 'Exceeded'
}

function upToItsBound(state: State, sink: Sink, work: () => void): number {
  try {
    work()
  } catch (thrown) {
    if (!(thrown instanceof Exceeded)) throw thrown
    sink.dead(`holds more than ${thrown.message}; the rest of it is left`, 'document', '')
  }
  return state.unfolded
}

/** A sink that takes so many elements. */
function counted(sink: Sink, most: number): Sink {
  let taken = 0
  const count = (): void => {
    if (++taken > most) throw new Exceeded(`${most} elements`)
  }
  return {
    record(value, within) {
      count()
      sink.record(value, within)
    },
    ignored(reason, within) {
      count()
      sink.ignored(reason, within)
    },
    dead(reason, field, text) {
      count()
      sink.dead(reason, field, text)
    },
  }
}

function unfold(state: State, bytes: number): void {
  state.unfolded += bytes
  if (state.unfolded > state.unfoldedBytes)
    throw new Exceeded(`${state.unfoldedBytes} bytes unfolded`)
}

function open(state: State, value: unknown, within: string, depth: number): void {
  const { sink } = state
  if (depth > limits.wrappers) {
    return sink.dead(`wrapped more than ${limits.wrappers} times`, within, textOf(value))
  }
  if (isPlainRecord(value)) return sink.record(value, within)
  if (Array.isArray(value)) {
    if (value.length === 0) return sink.ignored('empty list', within)
    return value.forEach((item, i) => open(state, item, `${within}[${i}]`, depth + 1))
  }
  if (typeof value === 'string' && looksLikeJson(value))
    return openText(state, value, within, depth + 1)
  if (!isFields(value)) return sink.record(value, within)
  const opened = openWrapper(value)
  if (opened.as === 'record') return sink.record(opened.value, within)
  if (opened.as === 'ignored') return sink.ignored(opened.reason, within)
  if (opened.as === 'refused') {
    return sink.dead(opened.reason, join(within, opened.field), textOf(value))
  }
  let found = 0
  for (const item of opened.items) {
    found++
    openInner(state, item, join(within, item.field), depth + 1)
  }
  if (found === 0) sink.ignored('wrapper without records', within)
}

function openInner(state: State, item: Inner, within: string, depth: number): void {
  if (item.form === 'value') open(state, item.value, within, depth)
  else if (typeof item.value !== 'string') {
    state.sink.dead('not text', within, textOf(item.value))
  } else if (item.form === 'text') openText(state, item.value, within, depth)
  else openBase64(state, item.value, within, depth)
}

function openText(state: State, text: string, within: string, depth: number): void {
  openBytes(state, Buffer.from(text), within, depth)
}

/** Kinesis and Firehose carry records as base64, and CloudWatch Logs compresses them first. */
function openBase64(state: State, text: string, within: string, depth: number): void {
  inflate(state, Buffer.from(text, 'base64'), within, depth)
}

function inflate(state: State, bytes: Uint8Array, within: string, depth: number): void {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return openBytes(state, bytes, within, depth)
  const inflated = gunzipped(bytes, Math.max(1, state.unfoldedBytes - state.unfolded))
  if (inflated === 'too large') return unfold(state, Infinity)
  if (inflated === 'damaged') {
    unfold(state, damagedBytes)
    return state.sink.dead('gzip that is cut or damaged', within, '')
  }
  unfold(state, inflated.length)
  openBytes(state, inflated, within, depth)
}

/** How much was unfolded before damage showed nobody tells; many that break at their end must not unfold without end. */
const damagedBytes = 1024 * 1024

function gunzipped(bytes: Uint8Array, most: number): Uint8Array | 'damaged' | 'too large' {
  try {
    return gunzipSync(bytes, { maxOutputLength: most })
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? 'too large'
      : 'damaged'
  }
}

/** Text inside a wrapper is cut like a file, so several records run together are all found. */
function openBytes(state: State, bytes: Uint8Array, within: string, depth: number): void {
  if (hasMoreParts(bytes, state.parts)) throw new Exceeded(`${state.parts} brackets`)
  const splitter = new Splitter()
  splitter.push(bytes)
  splitter.end()
  let found = 0
  for (let piece = splitter.next(); piece; piece = splitter.next()) {
    const place = found++ === 0 ? within : `${within}+${found - 1}`
    if (piece.as === 'bad') state.sink.dead(piece.reason, place, piece.text)
    else open(state, piece.value, place, depth)
  }
  if (found === 0) state.sink.ignored('empty message', within)
}

/** Brackets in texts count too, which costs an honest sender nothing. */
function hasMoreParts(bytes: Uint8Array, most: number): boolean {
  if (bytes.length <= most) return false
  let found = 0
  for (const byte of bytes) if ((byte === 0x7b || byte === 0x5b) && ++found > most) return true
  return false
}

const looksLikeJson = (text: string): boolean => /^\s{0,64}[{[]/.test(text)

const join = (within: string, field: string): string => (within ? `${within}.${field}` : field)

/** A dead letter keeps the record as text; JSON.stringify fails only on nesting that the splitter refuses. */
export function textOf(value: unknown): string {
  try {
    return (JSON.stringify(value) ?? '').slice(0, limits.keptBytes)
  } catch {
    return ''
  }
}
