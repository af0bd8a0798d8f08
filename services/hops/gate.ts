import { Bug } from '#shared/errors.ts'
import { everywhere } from '#shared/messages/hops.ts'
import type { Flowing } from '#services/pipeline.ts'
import type { Admitted } from './admitted.ts'
import type { Place, Places } from './places.ts'
import { lettersTo, type Turn, type Work } from './seat.ts'

/**
 * Units that may be on their way at once: one is judged while the next is gathered. Who follows keeps at most so many in memory.
 */
const window = 2
/** Messages of the topic in one unit; a unit of a topic that is behind ends without a tick. */
const messagesMax = 64

/** The place of normalise, where units begin. */
export type Gate = {
  readonly take: (admitted: Admitted, offset: number) => void
  /** @param told the last unit whose effects are committed */
  readonly step: (told: number) => Turn | undefined
  readonly done: () => number
  readonly isBetween: () => boolean
  readonly resumeAt: (offset: number) => number
  /** Messages that wait. */
  readonly waiting: () => number
}

/**
 * Reads the log, and cuts it into units: at a tick, or where enough has come together. Both stand in the log, so who sits here next
 * cuts it the same way. All partitions count units alike; one that has nothing to say takes part with an empty one.
 */
export function gateOf(place: Place, places: Places, work: Work, done: number): Gate {
  const below = places.below(place.hop)
  const waiting: { readonly admitted: Admitted; readonly offset: number }[] = []
  let unit = done
  let gathered = 0
  let progress: Flowing[] = []

  const gather = ({ records, progress: told }: Extract<Admitted, { as: 'records' }>): void => {
    for (const [key, activities] of records)
      work.deliver({ to: 'normalise', key, activities }, place)
    for (const each of told)
      progress.push({ to: 'correlate', kind: 'progress', key: everywhere, progress: each })
    gathered++
  }
  const close = (): Turn => {
    const said = [...work.flush(), ...progress]
    unit++
    ;[gathered, progress] = [0, []]
    const letters = lettersTo(below, said, places, (messages) => ({
      from: place,
      unit,
      round: 0,
      silent: false,
      messages,
    }))
    return { letters, done: unit, told: [] }
  }

  return {
    take: (admitted, offset) => void waiting.push({ admitted, offset }),
    step(told) {
      if (unit >= told + window) return undefined
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const { admitted } = next
        if (admitted.as === 'records') gather(admitted)
        else if (admitted.unit > unit + 1)
          throw new Bug(`a tick for unit ${admitted.unit}, while unit ${unit + 1} is open`)
        if (admitted.as === 'tick' ? admitted.unit === unit + 1 : gathered >= messagesMax)
          return close()
      }
      return undefined
    },
    done: () => unit,
    isBetween: () => gathered === 0 && progress.length === 0,
    resumeAt: (offset) => Math.min(offset, waiting[0]?.offset ?? offset),
    waiting: () => waiting.length,
  }
}
