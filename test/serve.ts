import { memoryDeadLetters } from '#infra/memory/dead-letters.ts'
import { memoryEffects } from '#infra/memory/effects.ts'
import { memoryJournal } from '#infra/memory/journal.ts'
import { memoryRecordIndex } from '#infra/memory/record-index.ts'
import { memorySnapshots } from '#infra/memory/snapshots.ts'
import type { Database } from '#infra/sql/database.ts'
import { sqlDeadLetters } from '#infra/sql/dead-letters.ts'
import {
  deadLettersPart,
  effectsPart,
  journalPart,
  recordIndexPart,
  snapshotsPart,
} from '#infra/sqlite/parts.ts'
import { sqlEffects } from '#infra/sql/effects.ts'
import { sqlJournal } from '#infra/sql/journal.ts'
import { sqlRecordIndex } from '#infra/sql/record-index.ts'
import { sqlSnapshots } from '#infra/sql/snapshots.ts'
import type { DeadLetters } from '#shared/ports/dead-letters.ts'
import type { Effects } from '#shared/ports/effects.ts'
import type { MappedRecord, Offer } from '#shared/ports/intake.ts'
import type { Journal } from '#shared/ports/journal.ts'
import type { Log } from '#shared/ports/log.ts'
import type { RecordIndex } from '#shared/ports/record-index.ts'
import type { Snapshots } from '#shared/ports/snapshots.ts'
import { defaultPolicy } from '#shared/policy.ts'
import { detections } from '#services/detect/detections/index.ts'
import { normalise } from '#services/normalise/normalise.ts'
import type { EngineOptions } from '#services/pipeline.ts'
import { generationOf } from '#services/serve/generation.ts'
import type { LoopOptions } from '#services/serve/loop.ts'
import { issuers } from '#test/properties/world.ts'

/** Everything that outlives a loop. */
export type Stores = {
  readonly journal: Journal
  readonly records: RecordIndex
  readonly effects: Effects
  readonly snapshots: Snapshots
  readonly letters: DeadLetters
}

export const memoryStores = (): Stores => ({
  journal: memoryJournal(),
  records: memoryRecordIndex(),
  effects: memoryEffects(),
  snapshots: memorySnapshots(),
  letters: memoryDeadLetters(),
})

export const storeParts = [
  journalPart,
  effectsPart,
  snapshotsPart,
  deadLettersPart,
  recordIndexPart,
] as const

export const sqlStores = (db: Database): Stores => ({
  journal: sqlJournal(db),
  records: sqlRecordIndex(db),
  effects: sqlEffects(db),
  snapshots: sqlSnapshots(db),
  letters: sqlDeadLetters(db),
})

/** The options of a loop on the records of test/properties/world.ts. */
export function loopOptions(
  given: Omit<Partial<LoopOptions>, 'engine'> & { readonly engine?: Partial<EngineOptions> } = {},
): LoopOptions {
  const policy = { ...defaultPolicy, issuers: new Set(issuers) }
  const engine = { partitions: 3, policy, detections, recentMax: 1 << 10, ...given.engine }
  return {
    unitMax: 50,
    waitingMax: 10_000,
    keepMs: 7 * 86_400_000,
    ...given,
    engine,
    generation: given.generation ?? generationOf(engine),
  }
}

/** Raw records as a door hands them over. */
export function mappedOf(records: readonly unknown[]): MappedRecord[] {
  return records.map((value, offset) => {
    const mapped = normalise(
      { pointer: { source: 'test', offset }, value },
      { trustedAccounts: new Set() },
    )
    if (mapped.as !== 'mapped') throw new Error(`not mapped: ${JSON.stringify(mapped)}`)
    const { record, activities } = mapped
    return { record, activities }
  })
}

export const offerOf = (records: readonly MappedRecord[], more: Partial<Offer> = {}): Offer => ({
  source: 'test',
  received: 0,
  records,
  ...more,
})

/** A log that nobody reads. */
export const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
