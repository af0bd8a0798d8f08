import { Transient } from '#shared/errors.ts'
import type { DeadLetter } from '#shared/messages/dead-letter.ts'
import type { Mapped, Normalised, RawRecord } from '#shared/messages/record.ts'
import type { Intake, MappedRecord, Offer } from '#shared/ports/intake.ts'
import type { Scheduler } from '#shared/ports/scheduler.ts'
import type { RawBatch } from '#services/ingest/batch.ts'
import { stamped, type Refusal } from '#services/doors/stamp.ts'
import { deadLetter } from '#services/ingest/dead-letters.ts'

/** What became of one stretch of a source. */
export type Delivered = {
  readonly source: string
  readonly mapped: number
  readonly ignored: number
  readonly dead: readonly DeadLetter[]
}

export type DeliverPorts = {
  readonly intake: Intake
  readonly scheduler: Scheduler
  readonly normalise: (raw: RawRecord) => Normalised
  /** Told of everything that was handed over, and of what was not understood. */
  readonly told: (delivered: Delivered) => void
}

/** A stretch of a source: where it is from, and the door's stamp for the reports in it, epoch ms. */
export type Stretch = {
  readonly source: string
  readonly received: number
  /** Added to the byte offsets of the batch, which counts from its own beginning. */
  readonly from: number
}

/** Normalises a batch into one offer. A report is stamped with its source and when it was there, whatever it says itself. */
export function offerOf(batch: RawBatch, stretch: Stretch, ports: DeliverPorts): Offer {
  const { source, received, from } = stretch
  const records: MappedRecord[] = []
  const dead: DeadLetter[] = batch.dead.map((letter) => ({
    ...letter,
    offset: letter.offset + from,
  }))
  let ignored = batch.ignored.length
  for (const raw of batch.records) {
    const { pointer } = raw
    const normalised = ports.normalise(raw)
    if (normalised.as === 'ignored') ignored++
    else if (normalised.as === 'dead') {
      const place = { ...pointer, offset: pointer.offset + from }
      dead.push(deadLetter(place, normalised.reason, normalised.field, ''))
    } else {
      const { record, activities } = normalised
      const said = activities.map((each) => stampedBy(each, stretch))
      const refusal = said.find((each) => 'reason' in each)
      if (refusal && 'reason' in refusal) {
        const place = { ...pointer, offset: pointer.offset + from }
        dead.push(deadLetter(place, refusal.reason, refusal.field, ''))
      } else records.push({ record, activities: said as Mapped[] })
    }
  }
  ports.told({ source, mapped: records.length, ignored, dead })
  return { source, received, records, dead }
}

/** What AWS wrote stays; a report is stamped, and refused if it holds what looks like a secret. */
const stampedBy = (activity: Mapped, { source, received }: Stretch): Mapped | Refusal =>
  activity.kind === 'credential.used' || activity.kind === 'credential.issued.copy'
    ? activity
    : stamped(activity, { name: source, agents: ['*'] }, received)

/** Offers until there is room. @throws Transient if the log cannot be written now */
export async function deliver(offer: Offer, ports: DeliverPorts): Promise<void> {
  for (;;) {
    const taken = await ports.intake.offer(offer)
    if (taken.as === 'logged') return
    await pause(taken.retryAfterSeconds * 1000, ports.scheduler)
  }
}

const pause = (ms: number, scheduler: Scheduler): Promise<void> =>
  new Promise((resolve) => void scheduler.later(ms, resolve))

export const cannotRead = (what: string, why: string): Transient =>
  new Transient(`reading ${what}`, { cause: why })
