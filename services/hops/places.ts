import { everywhere } from '#shared/messages/hops.ts'
import { partitionOf } from '#shared/pipeline/run.ts'
import type { Flowing } from '#services/pipeline.ts'

export type HopName = Flowing['to']

/** One partition of one hop. */
export type Place = { readonly hop: HopName; readonly partition: number }

/** `correlate/3`: the name of a place in leases, snapshots and messages. */
export const nameOf = ({ hop, partition }: Place): string => `${hop}/${partition}`

type Ways = {
  /** Hops whose word begins a unit here. */
  readonly hears: readonly HopName[]
  /** Hops of the same stage: they talk with one another until none has anything left to say. */
  readonly among: readonly HopName[]
}

/** The picture of services/pipeline.ts, by who hears whom. */
const ways: Readonly<Record<HopName, Ways>> = {
  normalise: { hears: [], among: [] },
  correlate: { hears: ['normalise'], among: ['correlate', 'join'] },
  join: { hears: ['normalise'], among: ['correlate', 'join'] },
  detect: { hears: ['correlate'], among: [] },
  story: { hears: ['detect'], among: ['story'] },
  effects: { hears: ['detect', 'story'], among: [] },
}

export const hopNames = Object.keys(ways) as readonly HopName[]

/** Who there is, for a number of partitions; effects has one, since what stands is written in one transaction. */
export type Places = {
  readonly count: (hop: HopName) => number
  readonly all: readonly Place[]
  /** Places whose word begins a unit at a hop, in the order in which it is applied. */
  readonly above: (hop: HopName) => readonly Place[]
  /** Places that talk with a hop within its stage, itself among them. */
  readonly among: (hop: HopName) => readonly Place[]
  /** Places that wait for the word of a hop. */
  readonly below: (hop: HopName) => readonly Place[]
  /** Where a message goes. */
  readonly targets: (message: Flowing) => readonly Place[]
}

export function placesOf(partitions: number): Places {
  const count = (hop: HopName): number => (hop === 'effects' ? 1 : partitions)
  const of = new Map(
    hopNames.map((hop) => [
      hop,
      Array.from({ length: count(hop) }, (_, partition): Place => ({ hop, partition })),
    ]),
  )
  const each = (hops: readonly HopName[]): readonly Place[] =>
    hops.flatMap((hop) => of.get(hop) ?? [])
  const below = (hop: HopName) => each(hopNames.filter((to) => ways[to].hears.includes(hop)))
  return {
    count,
    all: each(hopNames),
    above: (hop) => each(ways[hop].hears),
    among: (hop) => each(ways[hop].among),
    below,
    targets({ to, key }) {
      const there = of.get(to) ?? []
      return key === everywhere || there.length === 1
        ? there
        : there.filter(({ partition }) => partition === partitionOf(key, there.length))
    },
  }
}
