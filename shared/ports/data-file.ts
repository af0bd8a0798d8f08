import type { ContainmentStore } from './containment.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { Desk } from './desk.ts'
import type { Effects } from './effects.ts'
import type { Journal } from './journal.ts'
import type { Outbox } from './outbox.ts'
import type { RecordIndex } from './record-index.ts'
import type { Snapshots } from './snapshots.ts'
import type { SourceStore } from './source-store.ts'

/** Everything that `keytrail serve` keeps. */
export type DataFile = {
  readonly journal: Journal
  readonly records: RecordIndex
  readonly effects: Effects
  readonly snapshots: Snapshots
  readonly letters: DeadLetters
  readonly desk: Desk
  readonly outbox: Outbox
  readonly sources: SourceStore
  readonly containment: ContainmentStore
  close(): void
}
