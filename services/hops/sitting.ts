import { decode } from '#shared/codec/decode.ts'
import { encode } from '#shared/codec/encode.ts'
import { Bug } from '#shared/errors.ts'
import type {
  Message,
  ToCorrelate,
  ToDetect,
  ToEffects,
  ToJoin,
  ToStory,
} from '#shared/messages/hops.ts'
import { hop, type Hop } from '#shared/pipeline/run.ts'
import type { SavedSeat } from '#shared/ports/seats.ts'
import type { Step } from '#shared/pipeline/step.ts'
import type { Admission } from '#services/normalise/admit.ts'
import { stepsOf, type EngineOptions, type Flowing } from '#services/pipeline.ts'
import { knownOf } from '#services/serve/saved.ts'
import { admittedFrom } from './admitted.ts'
import { align, type AlignedState } from './aligned.ts'
import { gateOf } from './gate.ts'
import { placesOf, type HopName, type Place } from './places.ts'
import { saidFrom } from './said.ts'
import { seatOf, type Turn, type Work } from './seat.ts'

/** A place with its state, fed with the messages of its topic. */
export type Sitting = {
  /** @throws Error of whatever kind if the message is none of ours */
  readonly take: (value: Uint8Array, offset: number) => void
  /** @param told the last unit whose effects are committed: units begin no faster than they are told */
  readonly step: (told: number) => Turn | undefined
  readonly done: () => number
  /** The state after the unit that is done, and from where the topic must be read with it; undefined in the midst of a unit. */
  readonly save: (offset: number) => Stand | undefined
  /** Messages that wait to be done, where they are not done at once. */
  readonly waiting: () => number
  /** Words that it has heard before. */
  readonly repeats: () => number
}

/** A saved state, of the generation at hand. */
export type Stand = Omit<SavedSeat, 'generation'>

type Stood = { readonly state: unknown; readonly aligned: AlignedState }

/** Sits down at a place, with what its last owner saved. */
export function sit(
  place: Place,
  options: EngineOptions,
  generation: string,
  saved?: Stand,
): Sitting {
  const known = knownOf(options.policy)
  const stood = saved && (decode(saved.state, known) as Stood)
  const aligned: AlignedState = stood?.aligned ?? new Map()
  const { of, state } = hopOf(place.hop, options, stood?.state)
  const places = placesOf(options.partitions)
  const work = workOf(place, of, aligned, options.partitions)
  const done = saved?.unit ?? 0
  const save = (seat: Between, offset: number): Stand | undefined => {
    if (!seat.isBetween()) return undefined
    const bytes = Buffer.concat(encode({ state, aligned } satisfies Stood, known))
    return { unit: seat.done(), position: seat.resumeAt(offset), state: bytes }
  }
  if (place.hop === 'normalise') {
    const gate = gateOf(place, places, work, done)
    return {
      take: (value, offset) => gate.take(admittedFrom(value), offset),
      step: gate.step,
      done: gate.done,
      save: (offset) => save(gate, offset),
      waiting: gate.waiting,
      repeats: () => 0,
    }
  }
  const seat = seatOf(place, places, work, done)
  return {
    take(value, offset) {
      const said = saidFrom(value, generation)
      if (said) seat.take(said, offset)
    },
    step: () => seat.step(),
    done: seat.done,
    save: (offset) => save(seat, offset),
    waiting: () => 0,
    repeats: seat.repeats,
  }
}

type Between = {
  readonly isBetween: () => boolean
  readonly done: () => number
  readonly resumeAt: (offset: number) => number
}

function workOf(
  { hop: name }: Place,
  of: Hop<Flowing>,
  aligned: AlignedState,
  partitions: number,
): Work {
  return {
    deliver(message, from) {
      if (name !== 'correlate' || message.to !== 'correlate' || message.kind !== 'progress')
        return of.deliver(0, message)
      const progress = align(aligned, message.progress, from.partition, partitions)
      if (progress) of.deliver(0, { ...message, progress })
    },
    flush: () => of.flush(0),
  }
}

/** Effects: what is said is what is told, once a unit is done. */
const effects: Step<ToEffects[], ToEffects, ToEffects> = {
  name: 'effects',
  initial: () => [],
  apply: (state, said) => void state.push(said),
  flush: (state) => state.splice(0),
}

function hopOf(
  name: HopName,
  options: EngineOptions,
  state: unknown,
): { readonly of: Hop<Flowing>; readonly state: unknown } {
  const steps = stepsOf(options)
  const made = <State, In extends Flowing>(
    step: Step<State, In, Flowing | Message>,
    isIn: (message: Flowing) => message is In,
  ) => {
    const from = state === undefined ? step.initial() : (state as State)
    return { of: hop<State, Flowing, In>(step, isIn, 1, [from]), state: from }
  }
  switch (name) {
    case 'normalise':
      return made(steps.normalise, (m): m is Admission => m.to === name)
    case 'correlate':
      return made(steps.correlate, (m): m is ToCorrelate => m.to === name)
    case 'join':
      return made(steps.join, (m): m is ToJoin => m.to === name)
    case 'detect':
      return made(steps.detect, (m): m is ToDetect => m.to === name)
    case 'story':
      return made(steps.story, (m): m is ToStory => m.to === name)
    case 'effects':
      return made(effects, (m): m is ToEffects => m.to === name)
    default:
      throw new Bug(`no hop ${String(name)}`)
  }
}
