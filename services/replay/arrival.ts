import type { Normalised } from '#shared/messages/record.ts'
import { chanceFrom, shuffle } from './chance.ts'

/** How records arrive: changes their order and repetition, never what they say nor their door stamps. */
export type Arrival = {
  /** Mix all records of all paths with this seed. */
  readonly shuffle?: number
  /** Chance that a record is repeated, 0 to 1. */
  readonly duplicate?: number
  /** Let each record arrive up to this much event time later, ms. */
  readonly delayMs?: number
}

export const inOrder = ({ shuffle: seed, duplicate, delayMs }: Arrival): boolean =>
  seed === undefined && !duplicate && !delayMs

/**
 * Rearranges records as the flags say. Needs all of them in memory, which a plain replay does not.
 * Records without a time (refused ones) keep the time of the record before them.
 */
export function rearrange(records: readonly Normalised[], arrival: Arrival): Normalised[] {
  const chance = chanceFrom(arrival.shuffle ?? 1)
  const repeated = records.flatMap((record) =>
    chance() < (arrival.duplicate ?? 0) ? [record, record] : [record],
  )
  if (arrival.shuffle !== undefined) shuffle(repeated, chance)
  return arrival.delayMs ? delayed(repeated, arrival.delayMs, chance) : repeated
}

function delayed(
  records: readonly Normalised[],
  delayMs: number,
  chance: () => number,
): Normalised[] {
  let now = 0
  const timed = records.map((record) => {
    now = timeOf(record) ?? now
    return { record, at: now + chance() * delayMs }
  })
  return timed.toSorted((a, b) => a.at - b.at).map(({ record }) => record)
}

function timeOf(record: Normalised): number | undefined {
  if (record.as !== 'mapped') return undefined
  const [first] = record.activities
  return first && ('at' in first ? first.at : first.time)
}
