import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import { isReport, type Normalised, type RawRecord } from '#shared/messages/record.ts'
import type { MappedRecord } from '#shared/ports/intake.ts'
import { verdictOn } from '#services/doors/activities.ts'
import type { Signal } from '#services/doors/otlp-messages.ts'
import { otlpLimits, readExport, type Encoding } from '#services/doors/otlp-read.ts'
import { reportsIn } from '#services/doors/otlp-reports.ts'
import { isRefusal, type Speaker } from '#services/doors/stamp.ts'
import { Malformed, TooMany } from '#services/doors/wire.ts'
import { deadLetter } from '#services/ingest/dead-letters.ts'
import type { MessageLimits } from '#services/ingest/limits.ts'
import { unwrapBytes, type Sink } from '#services/ingest/unwrap.ts'

/**
 * What the messages of a source hold. `cloudtrail` is what AWS wrote, in any wrapper that is known, and nothing else may speak
 * there; the others are reports of agents, and nothing there may speak for AWS.
 */
export type Holding =
  | { readonly as: 'cloudtrail'; readonly normalise: (raw: RawRecord) => Normalised }
  | { readonly as: 'activities'; readonly speaker: Speaker }
  | {
      readonly as: 'otlp'
      readonly signal: Signal
      readonly encoding: Encoding
      readonly speaker: Speaker
    }

/** A message as it came. */
export type Message = {
  /** Where it can be found again: the address of what it came through, and its ordinal there. */
  readonly source: string
  readonly offset: number
  /** The door's stamp, epoch ms. */
  readonly received: number
  readonly bytes: Uint8Array | null
}

/** What became of some messages: each element of them is in exactly one of the three. */
export type Understood = {
  readonly records: MappedRecord[]
  readonly dead: DeadLetter[]
  ignored: number
}

/**
 * Adds what a message says. Nothing that may stand in one throws: what is not understood is a dead letter, and so is, once, what
 * is beyond the bounds of a message.
 * @returns how many bytes were looked at, with those that were unfolded
 */
export function understand(
  message: Message,
  holding: Holding,
  into: Understood,
  bounds: MessageLimits,
): number {
  const { source, offset, bytes } = message
  if (bytes === null) {
    into.ignored++
    return 0
  }
  if (holding.as !== 'otlp') return unwrapBytes(bytes, sinkOf(message, holding, into), bounds)
  try {
    readOtlp(message, bytes, holding, into, bounds)
  } catch (cause) {
    if (!(cause instanceof Malformed || cause instanceof TooMany)) throw cause
    into.dead.push(deadLetter({ source, offset }, cause.message, 'document', ''))
  }
  return bytes.length
}

function sinkOf(
  { source, offset, received }: Message,
  holding: Exclude<Holding, { as: 'otlp' }>,
  into: Understood,
): Sink {
  const at = (within: string) => ({ source, offset, ...(within !== '' && { within }) })
  const dead = (reason: string, field: string, within: string): void =>
    void into.dead.push(deadLetter(at(within), reason, field, ''))
  return {
    ignored: () => void into.ignored++,
    dead: (reason, field, text) =>
      void into.dead.push(deadLetter({ source, offset }, reason, field, text)),
    record(value, within) {
      if (holding.as === 'activities') {
        const verdict = verdictOn({ value }, holding.speaker, received)
        if (isRefusal(verdict)) dead(verdict.reason, verdict.field, within)
        else into.records.push({ record: verdict.record, activities: [verdict.activity] })
        return
      }
      writtenByAws({ pointer: at(within), value }, holding.normalise, into)
    },
  }
}

/** Adds a record where only AWS may speak. */
export function writtenByAws(
  raw: RawRecord,
  normalise: (raw: RawRecord) => Normalised,
  into: Understood,
): void {
  const read = normalise(raw)
  const refuse = (reason: string, field: string): void =>
    void into.dead.push(deadLetter(raw.pointer, reason, field, ''))
  if (read.as === 'ignored') into.ignored++
  else if (read.as === 'dead') refuse(read.reason, read.field)
  else if (read.activities.some(isReport)) refuse(notFromAws, 'kind')
  else into.records.push({ record: read.record, activities: read.activities })
}

const notFromAws = 'a report of an agent where only records of CloudTrail may be'

function readOtlp(
  { source, offset, received }: Message,
  bytes: Uint8Array,
  { signal, encoding, speaker }: Extract<Holding, { as: 'otlp' }>,
  into: Understood,
  { elements, parts }: MessageLimits,
): void {
  const limits = { ...otlpLimits, items: elements, parts }
  const document = readExport(signal, encoding, bytes, limits)
  const { records, refused } = reportsIn(document, speaker, received)
  into.records.push(...records)
  if (records.length === 0 && refused.length === 0) into.ignored++
  for (const { reason, field } of refused)
    into.dead.push(deadLetter({ source, offset, within: reason }, reason, field, ''))
}
