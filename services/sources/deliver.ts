import { Transient } from '#shared/errors.ts'
import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import type { Normalised, RawRecord } from '#shared/messages/record.ts'
import type { Intake, MappedRecord, Offer } from '#shared/ports/intake.ts'
import type { Scheduler } from '#shared/ports/scheduler.ts'
import type { RawBatch } from '#services/ingest/batch.ts'
import type { ToldBehind } from '#services/doors/behind.ts'
import { asWritten } from '#services/doors/stamp.ts'
import { deadLetter } from '#services/ingest/dead-letters.ts'

/** What became of one stretch of a source. */
export type Delivered = {
  readonly source: string
  readonly mapped: number
  readonly ignored: number
  readonly dead: readonly DeadLetter[]
  /** Receipt less the latest event time in it, ms, where the source tells it. */
  readonly lag?: number | undefined
  /** When the latest message of it was sent to its broker, epoch ms, where the broker says it. */
  readonly sent?: number | undefined
  /** How many messages its broker has beyond. */
  readonly behind?: ToldBehind
}

export type DeliverPorts = {
  readonly intake: Intake
  readonly scheduler: Scheduler
  readonly normalise: (raw: RawRecord) => Normalised
  /** Told of everything that was handed over, and of what was not understood. */
  readonly told: (delivered: Delivered) => void
}

/** A stretch of a source: where it is from, and when it was taken, epoch ms. */
export type Stretch = {
  readonly source: string
  readonly received: number
  /** Added to the byte offsets of the batch, which counts from its own beginning. */
  readonly from: number
}

/** Normalises a batch into one offer. */
export function offerOf(batch: RawBatch, stretch: Stretch, ports: DeliverPorts): Offer {
  const { source, received, from } = stretch
  const records: MappedRecord[] = []
  const dead: DeadLetter[] = batch.dead.map((letter) => ({
    ...letter,
    offset: letter.offset + from,
  }))
  let ignored = batch.ignored.length
  for (const raw of batch.records) {
    const normalised = asWritten(ports.normalise(raw))
    if (normalised.as === 'ignored') ignored++
    else if (normalised.as === 'mapped')
      records.push({ record: normalised.record, activities: normalised.activities })
    else {
      const { reason, field } = normalised
      const place = { ...raw.pointer, offset: raw.pointer.offset + from }
      dead.push(deadLetter(place, reason, field, ''))
    }
  }
  ports.told({ source, mapped: records.length, ignored, dead })
  return { source, received, records, dead }
}

/** Offers until there is room. @throws Transient if the log cannot be written now */
export async function deliver(offer: Offer, ports: DeliverPorts): Promise<void> {
  for (;;) {
    const taken = await ports.intake.offer(offer)
    if (taken.as === 'logged') return
    await pause(taken.retryAfterSeconds * 1000, ports.scheduler)
  }
}

export const pause = (ms: number, scheduler: Scheduler): Promise<void> =>
  new Promise((resolve) => void scheduler.later(ms, resolve))

export const cannotRead = (what: string, why: string): Transient =>
  new Transient(`reading ${what}`, { cause: why })
