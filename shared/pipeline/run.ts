import { hash32 } from '#shared/facts/hash.ts'
import { Bug } from '#shared/errors.ts'
import type { Step } from './step.ts'

/** What the loop needs to know of a message: where it goes. */
export type Addressed = { readonly to: string; readonly key: string }

/** Goes to every partition of its hop. */
const everywhere = '*'

/** A hop with its partitions, closed over the type of its state. */
export type Hop<M extends Addressed> = {
  readonly name: string
  /** Folds a message into one partition. */
  readonly deliver: (partition: number, message: M) => void
  readonly flush: (partition: number) => readonly M[]
}

/**
 * Gives a step its partitions. `accepts` says which messages are its inputs; any other is a bug of the sender. `from`: states
 * as a hop of as many partitions had them between two units of work.
 */
export function hop<State, M extends Addressed, In extends M>(
  step: Step<State, In, M>,
  accepts: (message: M) => message is In,
  partitions: number,
  from?: readonly State[],
): Hop<M> & { readonly states: readonly State[] } {
  const states = from ?? Array.from({ length: partitions }, step.initial)
  const at = (partition: number): State => {
    const state = states[partition]
    if (state === undefined) throw new Bug(`hop ${step.name} has no partition ${partition}`)
    return state
  }
  return {
    name: step.name,
    states,
    deliver(partition, message) {
      if (!accepts(message))
        throw new Bug(`hop ${step.name} cannot read a message to ${message.to}`)
      step.apply(at(partition), message)
    },
    flush: (partition) => step.flush(at(partition)),
  }
}

/** Rounds after which hops that keep talking are taken for a bug. Chains are at most 32 deep, so honest talk ends far below. */
export const roundsMax = 10_000

/**
 * The one loop. A unit of work is one batch of messages: it runs through all hops until nobody has anything left to say, in
 * fixed order, and returns what is addressed to the outside. Nothing depends on fetch, flush or timers.
 *
 * @param stages hops that talk to one another until quiet stand in one stage; stages follow one another
 */
export function pipeline<M extends Addressed>(
  stages: readonly (readonly Hop<M>[])[],
  partitions: number,
): { readonly unit: (batch: readonly M[]) => M[] } {
  const hops = new Map(
    stages.flat().map((each) => [each.name, { hop: each, dirty: flags(partitions) }]),
  )
  let outside: M[] = []

  const route = (message: M): void => {
    const target = hops.get(message.to)
    if (!target) {
      outside.push(message)
    } else if (message.key === everywhere) {
      for (let p = 0; p < partitions; p++) target.hop.deliver(p, message)
      target.dirty.fill(1)
    } else {
      const p = partitionOf(message.key, partitions)
      target.hop.deliver(p, message)
      target.dirty[p] = 1
    }
  }

  /** Flushes what changed in one hop; true if anything was said. */
  const flush = ({ hop: each }: { hop: Hop<M> }, dirty: Uint8Array): boolean => {
    let said = false
    for (let p = 0; p < partitions; p++) {
      if (!dirty[p]) continue
      dirty[p] = 0
      for (const message of each.flush(p)) {
        route(message)
        said = true
      }
    }
    return said
  }

  return {
    unit(batch) {
      outside = []
      for (const message of batch) route(message)
      for (const stage of stages) {
        const members = stage.flatMap(({ name }) => hops.get(name) ?? [])
        for (let round = 0; members.some(({ dirty }) => dirty.includes(1)); round++) {
          if (round > roundsMax)
            throw new Bug(`hops ${stage.map((s) => s.name).join(', ')} never fall silent`)
          for (const member of members) flush(member, member.dirty)
        }
      }
      return outside
    },
  }
}

const flags = (n: number): Uint8Array => new Uint8Array(n)

/** Partition of a key, the same in every process. */
export const partitionOf = (key: string, partitions: number): number =>
  partitions === 1 ? 0 : hash32(key) % partitions
