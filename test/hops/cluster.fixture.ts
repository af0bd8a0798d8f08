import { memoryEffects } from '#infra/memory/effects.ts'
import type { Progress } from '#shared/messages/activity.ts'
import type { MappedRecord } from '#shared/ports/intake.ts'
import { admissionsOf } from '#services/hops/admissions.ts'
import { bytesOfAdmitted } from '#services/hops/admitted.ts'
import { nameOf, placesOf, type Place } from '#services/hops/places.ts'
import { bytesOf } from '#services/hops/said.ts'
import type { Turn } from '#services/hops/seat.ts'
import { sit, type Stand, type Sitting } from '#services/hops/sitting.ts'
import type { EngineOptions } from '#services/pipeline.ts'
import { chanceFrom } from '#services/replay/chance.ts'

/** How a cluster is treated; chances of one step, 0 to 1. */
export type Treatment = {
  readonly seed: number
  /** A place loses its owner between any two messages that it sends; another goes on from the last snapshot. */
  readonly crash: number
  /** At most so often. */
  readonly crashesMax: number
  /** The owner that was given up goes on for a while, knowing nothing of it. */
  readonly zombie: number
  /** A message is written twice, as when its answer was lost. */
  readonly twice: number
  readonly snapshot: number
}

export const kind: Treatment = {
  seed: 1,
  crash: 0,
  crashesMax: 0,
  zombie: 0,
  twice: 0,
  snapshot: 0.1,
}

type Owner = {
  readonly place: Place
  readonly sitting: Sitting
  at: number
  /** Messages that are not written yet, and what is done when they are. */
  sending: { readonly to: string; readonly value: Uint8Array }[]
  turn: Turn | undefined
  /** Steps until somebody who was given up notices it. */
  left: number
}

const generation = 'g'

/**
 * Places, topics and what is stored, in memory. Whoever is drawn by chance does one thing: takes a message, writes one, ends a
 * unit. Nobody waits for anybody but by the rules of the runtime.
 */
export function cluster(options: EngineOptions, how: Treatment) {
  const chance = chanceFrom(how.seed)
  const places = placesOf(options.partitions)
  const logs = new Map(places.all.map((place) => [nameOf(place), [] as Uint8Array[]]))
  const saved = new Map<string, Stand>()
  const effects = memoryEffects()
  /** What stood after each unit. */
  const stood = new Map<number, ReturnType<typeof effects.standing>>()
  const counts = { crashes: 0, zombies: 0, twice: 0, units: 0 }

  const logOf = (name: string): Uint8Array[] => logs.get(name) ?? []
  const seated = (place: Place): Owner => {
    const from = saved.get(nameOf(place))
    const sitting = sit(place, options, generation, from)
    return { place, sitting, at: from?.position ?? 0, sending: [], turn: undefined, left: Infinity }
  }
  const owners = places.all.map(seated)

  const begin = (owner: Owner): boolean => {
    const turn = owner.sitting.step(effects.emittedThrough())
    if (!turn) return false
    owner.turn = turn
    owner.sending = turn.letters.flatMap(({ to, word }) =>
      bytesOf(word, generation).map((value) => ({ to: nameOf(to), value })),
    )
    if (owner.sending.length === 0) finish(owner)
    return true
  }
  /** Everything is acknowledged. */
  const finish = (owner: Owner): void => {
    const { place, turn, sitting } = owner
    owner.turn = undefined
    if (turn?.done === undefined) return
    if (place.hop === 'effects' && turn.done > effects.emittedThrough()) {
      effects.commit(turn.told, turn.done)
      stood.set(turn.done, effects.standing())
      counts.units++
    }
    if (chance() < how.snapshot) {
      const state = sitting.save(owner.at)
      const known = saved.get(nameOf(place))
      if (state && state.unit > (known?.unit ?? 0)) saved.set(nameOf(place), state)
    }
  }
  const write = (owner: Owner): void => {
    const next = owner.sending.shift()
    if (next) {
      const times = chance() < how.twice ? 2 : 1
      if (times === 2) counts.twice++
      for (let n = 0; n < times; n++) logOf(next.to).push(next.value)
    }
    if (owner.sending.length === 0) finish(owner)
  }
  const read = (owner: Owner): boolean => {
    const value = logOf(nameOf(owner.place))[owner.at]
    if (!value) return false
    owner.sitting.take(value, owner.at++)
    return true
  }
  const crash = (owner: Owner): void => {
    counts.crashes++
    if (chance() < how.zombie) {
      counts.zombies++
      owners.push({ ...owner, left: 1 + Math.floor(chance() * 300) })
    }
    owners[owners.indexOf(owner)] = seated(owner.place)
  }
  const isDue = ({ left }: Owner): boolean =>
    left === Infinity && counts.crashes < how.crashesMax && chance() < how.crash
  /** One thing that one place does; false if it can do nothing. */
  const move = (owner: Owner): boolean => {
    if (--owner.left <= 0 && owner.left !== Infinity) {
      owners.splice(owners.indexOf(owner), 1)
      return false
    }
    if (isDue(owner)) crash(owner)
    else if (owner.turn) write(owner)
    else if (begin(owner)) return true
    else return read(owner)
    return true
  }

  const run = (steps: number): void => {
    for (let n = 0; n < steps; n++) {
      const owner = owners[Math.floor(chance() * owners.length)]
      if (owner) move(owner)
    }
  }
  const gates = (): Owner[] =>
    owners.filter(({ place, left }) => place.hop === 'normalise' && left === Infinity)
  /** The unit that is open ends, by the clock of its owner. */
  const tick = ({ place, sitting }: Owner): void => {
    logOf(nameOf(place)).push(bytesOfAdmitted({ as: 'tick', unit: sitting.done() + 1 }))
  }

  return {
    counts,
    stood,
    effects,
    logs,
    /** As a door or a source does: records go to their partition, what they complete behind them to all. */
    offer(records: readonly MappedRecord[], progress: readonly Progress[] = []): void {
      for (const { place, value } of admissionsOf(records, progress, options.partitions))
        logOf(place).push(value)
    },
    /** Time passes for most places of normalise. */
    tick(): void {
      for (const gate of gates()) if (chance() < 0.8) tick(gate)
    },
    repeats: () => owners.reduce((sum, { sitting }) => sum + sitting.repeats(), 0),
    /** So many things are done by whom chance chooses. */
    run,
    /** Nobody has anything left to do. */
    settle(): void {
      const isRead = (gate: Owner) =>
        gate.at >= logOf(nameOf(gate.place)).length &&
        gate.sitting.save(gate.at)?.position === gate.at
      for (;;) {
        run(1000)
        const all = gates()
        const done = all.map(({ sitting }) => sitting.done())
        const [least, most] = [Math.min(...done), Math.max(...done)]
        const isTold = effects.emittedThrough() === most
        if (isTold && all.every(isRead)) return
        // Who is behind takes part in the units of the others.
        if (isTold || least < most)
          for (const gate of all)
            if (gate.sitting.done() === least && gate.at >= logOf(nameOf(gate.place)).length)
              tick(gate)
      }
    },
  }
}
