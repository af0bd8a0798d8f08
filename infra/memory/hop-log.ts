import type { Following, HopFollower, HopLog } from '#shared/ports/hop-log.ts'
import type { Reading } from '#shared/ports/topic.ts'

export type MemoryHopLog = {
  /** As one process sees it. */
  readonly open: () => HopLog
  /** How many messages a place ever had. */
  readonly length: (place: string) => number
  /** Forgets what stands before an offset. */
  readonly forget: (place: string, before: number) => void
}

type Place = { low: number; readonly values: Uint8Array[]; readonly wake: Set<() => void> }

/** Logs in memory, for tests: they outlive who opens them. */
export function memoryHopLog(): MemoryHopLog {
  const places = new Map<string, Place>()
  const at = (name: string): Place => {
    const place = places.get(name) ?? { low: 0, values: [], wake: new Set() }
    places.set(name, place)
    return place
  }
  return {
    length: (name) => at(name).values.length,
    forget: (name, before) => void (at(name).low = before),
    open: () => opened(at),
  }
}

function opened(at: (name: string) => Place): HopLog {
  let state: Reading = { as: 'reading' }
  return {
    async append(messages) {
      // As brokers do, it answers after a while.
      await Promise.resolve()
      for (const { place, value } of messages) {
        const { values, wake } = at(place)
        values.push(value)
        for (const each of wake) each()
      }
    },
    follow: (name, from, follower) =>
      followed(at(name), from, follower, () => state.as === 'reading'),
    state: () => state,
    async close() {
      state = { as: 'ended', why: 'closed' }
      await Promise.resolve()
    },
  }
}

function followed(
  place: Place,
  from: number,
  follower: HopFollower,
  isOpen: () => boolean,
): Following {
  let next = from
  let isOver = false
  const deliver = (): void => {
    if (!isOver && (next < place.low || next > place.values.length)) {
      isOver = true
      follower.lost(`it begins at ${place.low}, and ${next} should come`)
    }
    while (!isOver && isOpen() && follower.wants()) {
      const value = place.values[next]
      if (!value) return
      follower.take(value, next++)
    }
  }
  const more = (): void => void Promise.resolve().then(deliver)
  place.wake.add(more)
  more()
  return {
    more,
    leave() {
      isOver = true
      place.wake.delete(more)
    },
  }
}
