import { Transient, Unusable } from '#shared/errors.ts'
import type { HopLog } from '#shared/ports/hop-log.ts'
import type { Scheduler } from '#shared/ports/scheduler.ts'
import type { SavedSeat, SeatLease, Seats } from '#shared/ports/seats.ts'
import type { EngineOptions } from '#services/pipeline.ts'
import { bytesOfAdmitted } from './admitted.ts'
import type { Committing } from './committing.ts'
import type { AtHopPoint } from './crash-points.ts'
import { nameOf, type Place } from './places.ts'
import { bytesOf } from './said.ts'
import type { Turn } from './seat.ts'
import { sit } from './sitting.ts'

export type OccupantOptions = {
  readonly engine: EngineOptions
  readonly generation: string
  /** The least time between two snapshots of a place, ms. */
  readonly snapshotMs: number
}

export type OccupantPorts = {
  readonly log: HopLog
  readonly seats: Seats
  readonly scheduler: Scheduler
  readonly effects: Pick<Committing, 'commit' | 'release'>
  readonly at: AtHopPoint
}

/** Somebody who works at a place in this process. */
export type Occupant = {
  readonly place: Place
  readonly epoch: number
  /** The unit that is open at normalise ends, unless that was said before. */
  readonly tick: () => void
  /** Something may have changed for which it waited. */
  readonly wake: () => void
  readonly done: () => number
  readonly repeats: () => number
  /** It does nothing any more, but for what it is in the midst of. */
  readonly leave: () => void
}

/** Messages of normalise that wait in memory for their unit. */
const waitingMax = 128
/** The pause before something is tried again, ms. */
const againMs = 200

/** What the worker knows and its occupants ask or tell. */
export type Around = {
  /** The last unit whose effects are known to be committed. */
  readonly told: () => number
  readonly committed: (unit: number) => void
  readonly failed: (why: unknown) => void
  /** Somebody else has the place. */
  readonly fenced: (place: Place) => void
  /** Its state could not be saved. */
  readonly unsaved: (place: Place, why: unknown) => void
}

/** @throws Unusable if what was saved is of another generation */
export function occupy(
  place: Place,
  lease: SeatLease,
  saved: SavedSeat | undefined,
  options: OccupantOptions,
  ports: OccupantPorts,
  around: Around,
): Occupant {
  const name = nameOf(place)
  if (saved && saved.generation !== options.generation)
    throw new Unusable(
      `${name}: what was saved is of other code or settings; topics and states of one generation are not read by another`,
    )
  const sitting = sit(place, options.engine, options.generation, saved)
  let next = saved?.position ?? 0
  let [isLeft, ticked] = [false, 0]
  const keep = keeper(place, lease, options, ports, around)
  const perform = performer(place, options, ports, { isLeft: () => isLeft, ...around })
  const wake = oneAtATime(async () => {
    for (let turn = sitting.step(around.told()); turn && !isLeft;) {
      await perform(turn)
      if (turn.done !== undefined && !isLeft && keep.isDue()) keep.save(sitting.save(next))
      turn = sitting.step(around.told())
    }
    if (!isLeft) following.more()
  }, around.failed)
  const following = ports.log.follow(name, next, {
    take(value, offset) {
      next = offset + 1
      try {
        sitting.take(value, offset)
      } catch (cause) {
        around.failed(new Unusable(foreign(place, offset), { cause }))
      }
      wake()
    },
    wants: () => sitting.waiting() < waitingMax,
    lost: (why) => around.failed(new Unusable(`${name}: messages of its topic are lost: ${why}`)),
  })
  return {
    place,
    epoch: lease.epoch,
    wake,
    tick() {
      const open = sitting.done() + 1
      if (isLeft || ticked === open) return
      ticked = open
      const value = bytesOfAdmitted({ as: 'tick', unit: open })
      // Without an answer it may be there or not: said again, the second one changes nothing.
      ports.log.append([{ place: name, value }]).catch(() => (ticked = 0))
    },
    done: sitting.done,
    repeats: sitting.repeats,
    leave() {
      isLeft = true
      following.leave()
      if (place.hop === 'effects') ports.effects.release().catch(around.failed)
    },
  }
}

/** To delete what stands up to there would not help: saved states go on from before it. */
const foreign = ({ hop, partition }: Place, offset: number): string =>
  `the message at offset ${offset} of partition ${partition} of the topic of ${hop} was not written by this Keytrail. Nobody else may ` +
  `write there, and nobody knows what else was written: revoke every other right to write there, and begin with another prefix and an empty database`

/** Does the work whenever it is woken, and once more if it was woken meanwhile. */
function oneAtATime(work: () => Promise<void>, failed: (why: unknown) => void): () => void {
  let [isBusy, isWoken] = [false, false]
  const wake = (): void => {
    isWoken = true
    if (isBusy) return
    isBusy = true
    isWoken = false
    work()
      .catch(failed)
      .finally(() => {
        isBusy = false
        if (isWoken) wake()
      })
  }
  return wake
}

/** Sends what a turn says, and commits what it tells: the turn is done when all of it is acknowledged, or the place is left. */
function performer(
  { hop }: Place,
  { generation }: OccupantOptions,
  { log, scheduler, effects, at }: OccupantPorts,
  { isLeft, committed }: Around & { readonly isLeft: () => boolean },
): (turn: Turn) => Promise<void> {
  const insist = async (work: () => Promise<void>): Promise<void> => {
    while (!isLeft())
      try {
        return await work()
      } catch (thrown) {
        if (!(thrown instanceof Transient)) throw thrown
        await new Promise<void>((resolve) => void scheduler.later(againMs, resolve))
      }
  }
  return async ({ letters, told, done }) => {
    const messages = letters.flatMap(({ to, word }) =>
      bytesOf(word, generation).map((value) => ({ place: nameOf(to), value })),
    )
    at('before letters')
    if (messages.length > 0) await insist(async () => await log.append(messages))
    at('after letters')
    if (done === undefined || hop !== 'effects') return
    await insist(async () => await effects.commit(told, done))
    at('after commit')
    if (!isLeft()) committed(done)
  }
}

/** Saves states, one at a time. */
function keeper(
  place: Place,
  lease: SeatLease,
  { snapshotMs, generation }: OccupantOptions,
  { seats, scheduler, at }: OccupantPorts,
  { fenced, unsaved }: Around,
) {
  let due = scheduler.elapsed() + snapshotMs
  let isSaving = false
  return {
    isDue: () => !isSaving && scheduler.elapsed() >= due,
    save(saved: Omit<SavedSeat, 'generation'> | undefined) {
      if (!saved) return
      isSaving = true
      at('before snapshot')
      seats
        .save(lease, { ...saved, generation })
        .then((isOurs) => (isOurs ? at('after snapshot') : fenced(place)))
        // The work goes on: what could not be saved is read again from the log, as long as that has it.
        .catch((thrown: unknown) => unsaved(place, thrown))
        .finally(() => {
          isSaving = false
          due = scheduler.elapsed() + snapshotMs
        })
    },
  }
}
