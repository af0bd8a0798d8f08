import type { Saving } from '#shared/ports/snapshots.ts'
import type { LoopOptions } from './loop.ts'
import type { Recovered, RecoverPorts } from './recover.ts'
import { saveStates } from './saved.ts'

/** The part of all time in which the engine may stand still for snapshots. */
const shareMax = 0.01
/** Snapshots are no closer than this, ms. */
const spacingMin = 30_000

/** The latest snapshot, for the metrics. */
export type Taken = {
  readonly position: number
  /** How long the engine stood still for it, ms. */
  readonly stillMs: number
  readonly bytes: number
}

/** Keeps the start short and the log bounded. */
export type Keeper = {
  /** One turn's share: a snapshot is copied, or a piece of it stored, or what it allows is forgotten. */
  turn(position: number): void
  /** Milliseconds until there is something to do, if no unit is done until then; undefined if there is nothing. */
  dueIn(position: number): number | undefined
  /** A snapshot, at once. */
  finish(position: number): void
  readonly latest: Taken | undefined
}

/**
 * Takes snapshots: a copy in one go, since all hops must be of one position, then stored piece by piece between units. The
 * dearer a copy is, the rarer it is taken. Then forgets what is old enough and in the snapshot.
 */
export function keeper(
  { engine: { states }, snapshot }: Recovered,
  options: LoopOptions,
  ports: RecoverPorts,
): Keeper {
  const { snapshots, scheduler, effects } = ports
  const { generation, snapshotMs = spacingMin } = options
  let next = scheduler.elapsed() + snapshotMs
  let saving: { to: Saving; pieces: Uint8Array[]; taken: Taken } | undefined
  let latest: Taken | undefined

  const copy = (position: number): void => {
    // A snapshot is never ahead of what is told: nobody would tell it again.
    if (effects.emittedThrough() < position) effects.commit([], position)
    const began = scheduler.elapsed()
    const pieces = saveStates(states, options.engine.policy)
    const stillMs = scheduler.elapsed() - began
    next = began + Math.max(snapshotMs, stillMs / shareMax)
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0)
    const to = snapshots.begin({ position, generation })
    saving = { to, pieces, taken: { position, stillMs, bytes } }
    ports.at('state copied')
  }

  /** Stores one piece; true once the snapshot counts. */
  const store = (): boolean => {
    if (!saving) return false
    const [piece] = saving.pieces
    if (piece) {
      saving.to.write(piece)
      // Only now: a store that is full for a while gets the same piece again.
      saving.pieces.shift()
      ports.at('snapshot piece written')
      return false
    }
    ports.at('before snapshot counts')
    saving.to.finish()
    latest = saving.taken
    saving = undefined
    ports.at('snapshot counts')
    return true
  }

  const isNew = (position: number): boolean => position > (latest?.position ?? snapshot)
  return {
    turn(position) {
      if (!saving && isNew(position) && scheduler.elapsed() >= next) copy(position)
      else if (store() && latest) forget(latest, options, ports)
    },
    dueIn(position) {
      if (saving) return 0
      return isNew(position) ? Math.max(0, next - scheduler.elapsed()) : undefined
    },
    finish(position) {
      if (isNew(position)) copy(position)
      while (saving) store()
    },
    get latest() {
      return latest
    },
  }
}

function forget({ position }: Taken, { keepMs }: LoopOptions, ports: RecoverPorts): void {
  const before = ports.scheduler.now() - keepMs
  ports.journal.forget(before, position)
  ports.records.forget(ports.journal.first())
  ports.letters.forget(before)
  ports.at('log forgotten')
}
