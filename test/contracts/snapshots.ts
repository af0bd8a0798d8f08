import { describe, expect, test } from 'vitest'
import type { Snapshots } from '#shared/ports/snapshots.ts'

export type SnapshotsUnderTest = {
  readonly snapshots: Snapshots
  /** The same store after the process ended; absent where it does not outlive it. */
  readonly reopen?: () => Snapshots
}

const piece = (...bytes: readonly number[]) => Uint8Array.from(bytes)
const at = (position: number, generation = 'g') => ({ position, generation })
const latestOf = (snapshots: Snapshots) => {
  const found = snapshots.latest()
  if (!found) return undefined
  const bytes = [...found.read()].flatMap((each) => [...each])
  return { position: found.position, generation: found.generation, bytes }
}
const save = (snapshots: Snapshots, position: number, pieces: number) => {
  const saving = snapshots.begin(at(position))
  for (let n = 0; n < pieces; n++) saving.write(piece(position, n))
  saving.finish()
}

/** What every store of snapshots does. */
export function snapshotsContract(name: string, make: () => SnapshotsUnderTest): void {
  describe(`snapshots: ${name}`, () => {
    test('there is none at first', () => {
      expect(make().snapshots.latest()).toBeUndefined()
    })

    test('the latest is what was finished last, whole and in order', () => {
      const { snapshots, reopen } = make()
      save(snapshots, 1, 5)
      const saving = snapshots.begin(at(2, 'other'))
      saving.write(piece(7))
      saving.write(piece(8, 9))
      expect(latestOf(snapshots)?.position).toBe(1)
      saving.finish()
      expect(latestOf(reopen?.() ?? snapshots)).toEqual({ ...at(2, 'other'), bytes: [7, 8, 9] })
    })

    test('what was left unfinished is none, and does no harm to the next', () => {
      const { snapshots, reopen } = make()
      save(snapshots, 1, 2)
      const left = snapshots.begin(at(2))
      left.write(piece(1))
      left.write(piece(2))
      const again = reopen?.() ?? snapshots
      expect(latestOf(again)).toEqual({ ...at(1), bytes: [1, 0, 1, 1] })
      save(again, 3, 1)
      expect(latestOf(again)).toEqual({ ...at(3), bytes: [3, 0] })
    })

    test('old ones go, however long they were', () => {
      const { snapshots } = make()
      save(snapshots, 1, 40)
      for (let position = 2; position < 60; position++) save(snapshots, position, 1)
      expect(latestOf(snapshots)).toEqual({ ...at(59), bytes: [59, 0] })
    })
  })
}
