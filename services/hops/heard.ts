import { assume } from '#shared/errors.ts'
import { nameOf, type Place } from './places.ts'
import type { Said } from './said.ts'

type FromOne = { readonly parts: (Said | undefined)[]; missing: number }

/** Words that wait until everybody has spoken. */
export type Heard = {
  /** Keeps a part; one that is there already changes nothing. */
  readonly add: (said: Said, offset: number) => void
  /** What all of them said in one round, in their order; undefined as long as somebody is missing. Then it is forgotten. */
  readonly take: (
    unit: number,
    round: number,
    from: readonly Place[],
  ) => readonly Said[] | undefined
  /** The lowest offset of what waits; undefined if nothing does. */
  readonly first: () => number | undefined
}

type Round = { readonly senders: Map<string, FromOne>; complete: number; first: number }

/** Its bound is that of the units that may be on their way: see `window` of gate.ts. */
export function newHeard(): Heard {
  const rounds = new Map<string, Round>()
  return {
    add(said, offset) {
      const name = `${said.unit}/${said.round}`
      const round: Round = rounds.get(name) ?? { senders: new Map(), complete: 0, first: offset }
      rounds.set(name, round)
      const sender = nameOf(said.from)
      const known: FromOne = round.senders.get(sender) ?? { parts: [], missing: said.parts }
      round.senders.set(sender, known)
      if (known.parts[said.part]) return
      known.parts[said.part] = said
      known.missing--
      if (known.missing === 0) round.complete++
    },
    take(unit, round, from) {
      const name = `${unit}/${round}`
      const found = rounds.get(name)
      if (!found || found.complete < from.length) return undefined
      rounds.delete(name)
      return from.flatMap((place) => {
        const { parts = [] } = found.senders.get(nameOf(place)) ?? {}
        assume(parts.length > 0, `${nameOf(place)} has spoken in ${name}`)
        return parts.filter((part) => part !== undefined)
      })
    },
    first() {
      const offsets = [...rounds.values()].map(({ first }) => first)
      return offsets.length === 0 ? undefined : Math.min(...offsets)
    },
  }
}
