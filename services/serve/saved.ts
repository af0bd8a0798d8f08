import { decode } from '#shared/codec/decode.ts'
import { encode } from '#shared/codec/encode.ts'
import type { Known } from '#shared/codec/known.ts'
import { EarliestList } from '#shared/facts/earliest-list.ts'
import { compareMarks } from '#shared/facts/mark.ts'
import { Generation, RecentIds } from '#shared/facts/recent-ids.ts'
import { Requests } from '#shared/facts/requests.ts'
import { Sightings } from '#shared/facts/sightings.ts'
import { SmallestMap } from '#shared/facts/smallest-map.ts'
import { KeyTable } from '#shared/facts/key-table.ts'
import { KeyIds } from '#shared/facts/key-ids.ts'
import { RowIndex, Rows } from '#shared/facts/rows.ts'
import { ReportRows } from '#shared/facts/report-rows.ts'
import { TextList } from '#shared/facts/text-list.ts'
import { PackedIds } from '#shared/facts/uuid.ts'
import type { Policy } from '#shared/policy.ts'
import { CredTable } from '#services/correlate/cred-table.ts'
import { compareDeeds } from '#services/correlate/deeds.ts'
import { TextSets } from '#services/correlate/text-sets.ts'
import { Values } from '#shared/facts/values.ts'
import { Keys } from '#services/join/keys.ts'
import type { EngineStates } from '#services/pipeline.ts'

/**
 * What the states of the hops are made of beside plain data. A hop that brings a class or a function of its own into its state
 * adds it here, and a kind of object that two places hold and that changes: the tests of test/crash say so.
 */
export const knownOf = (policy: Policy): Known => ({
  classes: [
    { name: 'EarliestList', of: EarliestList, make: () => new EarliestList(0) },
    { name: 'SmallestMap', of: SmallestMap, make: () => new SmallestMap(0) },
    { name: 'RecentIds', of: RecentIds, make: () => new RecentIds(1) },
    { name: 'Generation', of: Generation, make: () => new Generation(1) },
    { name: 'Requests', of: Requests, make: () => new Requests() },
    { name: 'Sightings', of: Sightings, make: () => new Sightings() },
    { name: 'PackedIds', of: PackedIds, make: () => new PackedIds() },
    { name: 'Values', of: Values, make: () => new Values() },
    { name: 'CredTable', of: CredTable, make: () => new CredTable() },
    { name: 'TextSets', of: TextSets, make: () => new TextSets() },
    { name: 'KeyIds', of: KeyIds, make: () => new KeyIds() },
    { name: 'Rows', of: Rows, make: () => new Rows(2) },
    { name: 'KeyTable', of: KeyTable, make: () => new KeyTable(2) },
    { name: 'TextList', of: TextList, make: () => new TextList() },
    { name: 'ReportRows', of: ReportRows, make: () => new ReportRows() },
    { name: 'Keys', of: Keys, make: () => new Keys() },
    { name: 'RowIndex', of: RowIndex, make: () => new RowIndex() },
  ],
  values: { policy, compareMarks, compareDeeds },
  entities: [
    // The table of ids of correlate.
    ['others', 'known'],
  ],
})

/** The most that is written into the store at once. */
const pieceMax = 4 << 20

/** The states as pieces of bytes, a copy: the engine may go on while they are stored. */
export const saveStates = (states: EngineStates, policy: Policy): Uint8Array[] =>
  regrouped(encode(states, knownOf(policy)))

/** @throws Bug if the pieces are damaged or of other code */
export const loadStates = (pieces: Iterable<Uint8Array>, policy: Policy): EngineStates =>
  decode(Buffer.concat([...pieces]), knownOf(policy)) as EngineStates

/** Small pieces together, large ones apart. */
function regrouped(pieces: readonly Uint8Array[]): Uint8Array[] {
  const grouped: Uint8Array[] = []
  let group: Uint8Array[] = []
  let size = 0
  const close = (): void => {
    if (group.length > 0) grouped.push(Buffer.concat(group))
    group = []
    size = 0
  }
  for (const piece of pieces)
    for (let at = 0; at < piece.length; at += pieceMax) {
      const part = piece.subarray(at, at + pieceMax)
      if (size + part.length > pieceMax) close()
      group.push(part)
      size += part.length
    }
  close()
  return grouped
}
