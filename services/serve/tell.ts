import type { ToEffects } from '#shared/messages/hops.ts'
import type { DeadLetters } from '#shared/ports/dead-letters.ts'
import type { Changes, Effects } from '#shared/ports/effects.ts'
import type { MappedRecord } from '#shared/ports/intake.ts'
import type { Batch } from './batch.ts'
import type { AtCrashPoint } from './crash-points.ts'

/** A unit of work as those hear it who write in its commit. */
export type Unit = {
  readonly position: number
  /** When its batch was logged, epoch ms. */
  readonly at: number
  readonly records: readonly MappedRecord[]
  readonly changes: Changes
}

/**
 * Somebody whose rows are written in the same transaction as what stands: incidents and their deliveries, containment. It may
 * hear a unit again if the store failed, or after a crash; never again once the unit is committed.
 */
export type Participant = {
  /** Must it hear of these records, though nothing changes that stands? */
  readonly wants?: (records: readonly MappedRecord[]) => boolean
  /** Writes what follows from a unit. What is `because: version` is told, and nothing automatic follows from it. */
  readonly take: (unit: Unit) => void
}

/** What a unit of work said, until it is committed. */
export type Told = {
  readonly position: number
  readonly at: number
  readonly batch: Batch
  readonly said: readonly ToEffects[]
}

export type TellPorts = {
  readonly effects: Effects
  readonly letters: DeadLetters
  readonly participants: readonly Participant[]
  readonly at: AtCrashPoint
}

/** Is there anything to commit but that the unit was done? */
export const hasNews = ({ said, batch }: Told, { participants }: TellPorts): boolean =>
  said.length > 0 ||
  batch.dead.length > 0 ||
  participants.some(({ wants }) => wants?.(batch.records) ?? false)

/**
 * Commits what a unit said, with everything that follows from it, in one transaction.
 *
 * @throws Transient if the store cannot be written now; nothing was written
 */
export function tell({ position, at, batch, said }: Told, ports: TellPorts): void {
  ports.effects.commit(said, position, (changes) => {
    ports.letters.add(batch.dead, at)
    for (const { take } of ports.participants)
      take({ position, at, records: batch.records, changes })
    ports.at('in commit')
  })
  ports.at('after commit')
}
