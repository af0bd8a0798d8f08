import { chanceFrom } from '#services/replay/chance.ts'
import { activity, record, type Call, type Credential } from './records.ts'

/** Makes records of one world. Everything that is random comes from the seed: the same seed, the same world. */
export type Maker = {
  readonly seed: number
  readonly records: unknown[]
  /** A number for the next id. */
  readonly next: () => number
  readonly chance: () => number
  /** A whole number below `max`. */
  readonly below: (max: number) => number
  readonly pick: <T>(list: readonly [T, ...T[]]) => T
  readonly call: (by: Credential, what: Call) => void
  readonly say: (kind: string, at: number, more: object) => void
}

export function makerOf(seed: number): Maker {
  const chance = chanceFrom(seed)
  const below = (max: number): number => Math.floor(chance() * max)
  const records: unknown[] = []
  let n = seed * 10_000
  const next = (): number => n++
  return {
    seed,
    records,
    next,
    chance,
    below,
    pick: (list) => list[below(list.length)] ?? list[0],
    call: (by, what) => void records.push(record(next(), by, what)),
    say: (kind, at, more) => void records.push(activity(kind, String(next()), at, more)),
  }
}
