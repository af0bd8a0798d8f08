import { everywhere } from '#shared/messages/hops.ts'
import type { Addressed, Hop } from '#shared/pipeline/run.ts'

/** A key that most messages of a partition bear, so that more partitions would not spread them. */
export type HotKey = {
  readonly hop: string
  readonly partition: number
  readonly key: string
  /** At least this share of the messages that were counted, 0 to 1; above a half. */
  readonly share: number
}

/** Sees which keys the messages of hops bear. It changes nothing, and drops nothing. */
export type Traffic = {
  /** A unit of work begins: whether its messages are counted. */
  readonly begin: () => void
  /** The same hop; what is delivered to it is seen. */
  readonly seen: <M extends Addressed>(hop: Hop<M>) => Hop<M>
  /** All keys above a half, by hop and partition. */
  readonly hot: () => readonly HotKey[]
}

/** Of so many units of work the messages of one are counted: to count all would cost several per cent of all work. */
const sampledOf = 32
/** Units that are counted before the older half of the window is forgotten: it holds 1,024 to 2,048 units, counted or not. */
const halfUnits = 32
/** Keys that are counted for a partition and half of the window. A key is surely found if it has 1/16 more than a half. */
const countersMax = 16
/** So few messages say nothing about a partition. */
const leastMessages = 200

export function traffic(): Traffic {
  // One entry for each hop, and in it for each partition.
  const hops = new Map<string, Map<number, Window>>()
  let units = 0
  let counted = 0
  let isCounting = false

  const windowOf = (name: string, partition: number): Window => {
    const partitions = hops.get(name) ?? new Map<number, Window>()
    hops.set(name, partitions)
    const found = partitions.get(partition) ?? { older: tally(), newer: tally() }
    partitions.set(partition, found)
    return found
  }
  const turn = (): void => {
    for (const partitions of hops.values())
      for (const window of partitions.values()) {
        window.older = window.newer
        window.newer = tally()
      }
  }
  return {
    begin() {
      isCounting = units++ % sampledOf === 0
      if (isCounting && ++counted % halfUnits === 0) turn()
    },
    seen: (hop) => ({
      name: hop.name,
      flush: hop.flush,
      deliver(partition, message) {
        if (isCounting && message.key !== everywhere)
          count(windowOf(hop.name, partition).newer, message.key)
        hop.deliver(partition, message)
      },
    }),
    hot: () =>
      [...hops].flatMap(([hop, partitions]) =>
        [...partitions].flatMap(([partition, window]) => hotIn(hop, partition, window)),
      ),
  }
}

type Window = { older: Tally; newer: Tally }

/**
 * The most frequent keys of a stream in fixed memory (Metwally, Agrawal, El Abbadi 2005, "Space-Saving"): a key that is not counted
 * takes the place of the rarest, and how often that was seen is its error.
 */
type Tally = {
  messages: number
  /** At most `countersMax`. */
  readonly counters: Map<string, Counter>
}
type Counter = { times: number; readonly error: number }

const tally = (): Tally => ({ messages: 0, counters: new Map() })

function count(of: Tally, key: string): void {
  of.messages++
  const counter = of.counters.get(key)
  if (counter) {
    counter.times++
    return
  }
  let error = 0
  if (of.counters.size >= countersMax) {
    let rarest: string | undefined
    error = Infinity
    for (const [other, { times }] of of.counters) {
      if (times >= error) continue
      error = times
      rarest = other
    }
    of.counters.delete(rarest ?? '')
  }
  of.counters.set(key, { times: error + 1, error })
}

function hotIn(hop: string, partition: number, { older, newer }: Window): HotKey[] {
  const messages = older.messages + newer.messages
  if (messages < leastMessages) return []
  const surely = (key: string): number =>
    [older, newer].reduce((sum, { counters }) => {
      const { times, error } = counters.get(key) ?? { times: 0, error: 0 }
      return sum + times - error
    }, 0)
  const keys = new Set([...older.counters.keys(), ...newer.counters.keys()])
  return [...keys].flatMap((key) => {
    const share = surely(key) / messages
    return share > 0.5 ? [{ hop, partition, key, share }] : []
  })
}
