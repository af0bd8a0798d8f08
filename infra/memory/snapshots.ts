import type { Snapshot, Snapshots } from '#shared/ports/snapshots.ts'

/** Snapshots in memory, for tests. */
export function memorySnapshots(): Snapshots {
  let latest: Snapshot | undefined
  return {
    begin(of) {
      const pieces: Uint8Array[] = []
      return {
        write: (piece) => void pieces.push(piece.slice()),
        finish: () => void (latest = { ...of, read: () => pieces }),
      }
    },
    latest: () => latest,
  }
}
