import { reasonOf, Transient } from '#shared/errors.ts'
import type { Log } from '#shared/ports/log.ts'
import type { Scheduler } from '#shared/ports/scheduler.ts'
import type { SeatLease } from '#shared/ports/seats.ts'
import {
  occupy,
  type Around,
  type Occupant,
  type OccupantOptions,
  type OccupantPorts,
} from './occupant.ts'
import { nameOf, type Place } from './places.ts'

export type WorkerOptions = OccupantOptions & {
  /** How this process is called among the workers. */
  readonly holder: string
  /** Places that it may work at. */
  readonly places: readonly Place[]
  /** After so long without a word from a worker others take its places, ms. */
  readonly leaseMs: number
  /** How long a unit of work is open where little comes in, ms: about half of what an incident waits for. */
  readonly unitMs: number
}

export type WorkerPorts = OccupantPorts & {
  /** The last unit whose effects are committed, by whomever. @throws Transient */
  readonly told: () => Promise<number>
  readonly tellOperator: Log
  /** The worker has stopped for good: nothing that it would say can be trusted. The process should end. */
  readonly failed: (why: unknown) => void
}

export type Worker = {
  readonly status: () => {
    /** The last unit whose effects are known to be committed. */
    readonly told: number
    /** Places that it works at, with the last unit that is done there. */
    readonly places: ReadonlyMap<string, number>
    /** Words that were heard before: after crashes there are some. */
    readonly repeats: number
    /** Places that somebody else had taken meanwhile. */
    readonly fenced: number
  }
  /** Gives its places back. */
  readonly close: () => Promise<void>
}

/** How often in the time of a lease a worker gives word. */
const wordsIn = 4
/** The least time between two warnings about the states of one place, ms. */
const unsavedMs = 60_000

/**
 * Works at its share of the places. Two that work at one place for a while do no harm: they say the same. So a worker that is cut
 * off from the store goes on, and only what it would save or commit is refused.
 */
export function startWorker(options: WorkerOptions, ports: WorkerPorts): Worker {
  const { holder, leaseMs, unitMs } = options
  let [told, isOver] = [0, false]
  const stop = (why?: unknown): void => {
    if (isOver) return
    isOver = true
    end()
    table.leave()
    if (why !== undefined) ports.failed(why)
  }
  const learn = (unit: number): void => {
    if (unit <= told) return
    told = unit
    for (const occupant of table.occupants.values()) occupant.wake()
  }
  const table = tableOf(options, ports, { told: () => told, committed: learn, failed: stop })
  const { every, end } = repeated(ports.scheduler, {
    troubled: (doing, why) => ports.tellOperator.warn(`${doing}: trying again`, { why }),
    failed: stop,
  })
  every(leaseMs / wordsIn, 'sharing places', async () => {
    const leases = await ports.seats.share({ holder, places: table.names, leaseMs })
    await table.sit(leases, () => isOver)
  })
  every(unitMs / 2, 'asking what is told', async () => learn(await ports.told()))
  every(unitMs, 'ending units', async () => {
    for (const { place, tick } of table.occupants.values()) if (place.hop === 'normalise') tick()
    await Promise.resolve()
  })
  return {
    status: () => ({ told, ...table.status() }),
    async close() {
      stop()
      await ports.seats.leave(holder)
    },
  }
}

/** The places of this process, with who works there. */
function tableOf(
  options: WorkerOptions,
  ports: WorkerPorts,
  around: Omit<Around, 'fenced' | 'unsaved'>,
) {
  const occupants = new Map<string, Occupant>()
  const places = new Map(options.places.map((place) => [nameOf(place), place]))
  let fenced = 0
  const leave = (name: string): void => {
    occupants.get(name)?.leave()
    occupants.delete(name)
  }
  const left = (place: Place): void => {
    fenced++
    leave(nameOf(place))
  }
  // One entry for each place at most.
  const warned = new Map<string, number>()
  const unsaved = (place: Place, why: unknown): void => {
    const [name, now] = [nameOf(place), ports.scheduler.elapsed()]
    if (now - (warned.get(name) ?? -Infinity) < unsavedMs) return
    warned.set(name, now)
    ports.tellOperator.warn(`${name}: its state could not be saved; work goes on, trying again`, {
      why: reasonOf(why),
    })
  }
  const sitDown = async (lease: SeatLease, isOver: () => boolean): Promise<void> => {
    const place = places.get(lease.place)
    if (!place || occupants.get(lease.place)?.epoch === lease.epoch) return
    leave(lease.place)
    const saved = await ports.seats.load(lease.place)
    if (isOver()) return
    const occupant = occupy(place, lease, saved, options, ports, {
      ...around,
      fenced: left,
      unsaved,
    })
    occupants.set(lease.place, occupant)
    occupant.wake()
  }
  return {
    names: [...places.keys()],
    occupants,
    /** Works at these places and at no others. */
    async sit(leases: readonly SeatLease[], isOver: () => boolean): Promise<void> {
      const ours = new Set(leases.map(({ place }) => place))
      for (const name of occupants.keys()) if (!ours.has(name)) leave(name)
      for (const lease of leases) await sitDown(lease, isOver)
    },
    leave: () => occupants.forEach((_, name) => leave(name)),
    status: () => ({
      places: new Map([...occupants].map(([name, { done }]) => [name, done()])),
      repeats: [...occupants.values()].reduce((sum, { repeats }) => sum + repeats(), 0),
      fenced,
    }),
  }
}

/** Does work now and then, each one after another, whatever becomes of it. */
function repeated(
  scheduler: Scheduler,
  tell: {
    readonly troubled: (doing: string, why: string) => void
    readonly failed: (why: unknown) => void
  },
) {
  let isOver = false
  const waiting = new Set<() => void>()
  const every = (ms: number, doing: string, work: () => Promise<void>): void => {
    const turn = async (): Promise<void> => {
      try {
        await work()
      } catch (thrown) {
        if (!(thrown instanceof Transient)) return tell.failed(thrown)
        tell.troubled(doing, reasonOf(thrown))
      }
      if (isOver) return
      const cancel = scheduler.later(ms, () => {
        waiting.delete(cancel)
        void turn()
      })
      waiting.add(cancel)
    }
    void turn()
  }
  return {
    every,
    end: () => {
      isOver = true
      for (const cancel of waiting) cancel()
    },
  }
}
