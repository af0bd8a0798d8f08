import { Bug } from '#shared/errors.ts'
import type { ToEffects } from '#shared/messages/hops.ts'
import { roundsMax } from '#shared/pipeline/run.ts'
import type { Flowing } from '#services/pipeline.ts'
import { newHeard } from './heard.ts'
import { nameOf, type Place, type Places } from './places.ts'
import type { Said, Word } from './said.ts'

/** A word on its way. */
export type Letter = { readonly to: Place; readonly word: Word }

/** What one step of a seat has to send before the next one. */
export type Turn = {
  readonly letters: readonly Letter[]
  /** The unit that is done here with it. */
  readonly done?: number
  /** Of effects: what stands after that unit. */
  readonly told: readonly ToEffects[]
}

/** The hop of a seat: one partition of it. */
export type Work = {
  readonly deliver: (message: Flowing, from: Place) => void
  readonly flush: () => readonly Flowing[]
}

/** Somebody who works at one place. What it says depends on what it has heard alone: two that sit there say the same. */
export type Seat = {
  /** Takes what was said to this place; what it has heard before changes nothing. */
  readonly take: (said: Said, offset: number) => void
  /** Does what can be done now; undefined: somebody has to speak first. */
  readonly step: () => Turn | undefined
  /** The last unit that is done. */
  readonly done: () => number
  /** Between two units: the state is that after `done`, and can be saved. */
  readonly isBetween: () => boolean
  /** Where a state saved now must read on, if everything before `offset` was taken. */
  readonly resumeAt: (offset: number) => number
  /** How often it was told what it knew: after a crash, or by somebody who does not know yet that another has its place. */
  readonly repeats: () => number
}

/**
 * A place that follows others. It does a unit when all that it hears of have spoken: applies what they said, says to its stage
 * what follows, and again, until a round in which all of the stage were silent; then says to the next stage what the unit came to.
 * So a unit runs through all places as it does through the hops of one process, and nobody judges what is half told.
 *
 * @param done the last unit that the state of `work` has done
 */
export function seatOf(place: Place, places: Places, work: Work, done: number): Seat {
  const { hop } = place
  const [above, among, below] = [places.above(hop), places.among(hop), places.below(hop)]
  const heard = newHeard()
  let [unit, round, repeats] = [done, 0, 0]
  /** For the stages below, of the unit at hand. */
  let later: Flowing[] = []

  const letters = (to: readonly Place[], said: readonly Flowing[], silent = false): Letter[] =>
    lettersTo(to, said, places, (messages) => {
      return { from: place, unit: unit + 1, round, silent, messages }
    })
  const toStage = (said: readonly Flowing[]): Turn => {
    round++
    if (round > roundsMax) throw new Bug(`the stage of ${nameOf(place)} never falls silent`)
    const all = letters(among, said, said.length === 0)
    const self = all.find(({ to }) => to.hop === hop && to.partition === place.partition)
    if (self) heard.add({ ...self.word, part: 0, parts: 1 }, Infinity)
    return { letters: all.filter((letter) => letter !== self), told: [] }
  }
  const finish = (): Turn => {
    const said = later
    round = 0
    const toBelow = letters(below, below.length > 0 ? said : [])
    unit++
    later = []
    const told = below.length > 0 ? [] : said.filter((message) => message.to === 'effects')
    return { letters: toBelow, done: unit, told }
  }
  /** Applies what was said; what follows from it for this stage. */
  const follow = (said: readonly Said[]): Flowing[] => {
    const isNew = deliverTo(work, said)
    const out = isNew ? work.flush() : []
    const isHere = ({ to }: Flowing): boolean => among.some((each) => each.hop === to)
    later.push(...out.filter((message) => !isHere(message)))
    return out.filter(isHere)
  }

  return {
    take(said, offset) {
      const isPast = said.unit <= unit || (said.unit === unit + 1 && said.round < round)
      if (isPast) repeats++
      else heard.add(said, offset)
    },
    step() {
      const said = heard.take(unit + 1, round, round === 0 ? above : among)
      if (!said) return undefined
      if (round > 0 && said.every(({ silent }) => silent)) return finish()
      const out = follow(said)
      return among.length > 0 ? toStage(out) : finish()
    },
    done: () => unit,
    isBetween: () => round === 0,
    resumeAt: (offset) => Math.min(offset, heard.first() ?? offset),
    repeats: () => repeats,
  }
}

/** True if anything was said at all. */
function deliverTo(work: Work, said: readonly Said[]): boolean {
  for (const { from, messages } of said) for (const message of messages) work.deliver(message, from)
  return said.some(({ messages }) => messages.length > 0)
}

/** One letter to each place, with what goes there, in order. */
export function lettersTo(
  to: readonly Place[],
  messages: readonly Flowing[],
  places: Places,
  word: (messages: readonly Flowing[]) => Word,
): Letter[] {
  const by = new Map(to.map((place) => [nameOf(place), [] as Flowing[]]))
  for (const message of messages)
    for (const place of places.targets(message)) {
      const there = by.get(nameOf(place))
      if (!there) throw new Bug(`nobody says a message to ${message.to} here`)
      there.push(message)
    }
  return to.map((place) => ({ to: place, word: word(by.get(nameOf(place)) ?? []) }))
}
