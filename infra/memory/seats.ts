import { fairShare } from '#shared/fair-share.ts'
import type { SavedSeat, SeatLease, Seats } from '#shared/ports/seats.ts'

type Seat = { holder: string; epoch: number; saved: SavedSeat | undefined }

/** Seats in memory, for tests: all who share them get the same object. */
export function memorySeats(now: () => number): Seats {
  const seats = new Map<string, Seat>()
  const holders = new Map<string, { readonly places: string; readonly until: number }>()
  const at = (place: string): Seat => {
    const seat = seats.get(place) ?? { holder: '', epoch: 0, saved: undefined }
    seats.set(place, seat)
    return seat
  }
  const isHeard = (holder: string): boolean => (holders.get(holder)?.until ?? 0) > now()
  return {
    async share({ holder, places, leaseMs }) {
      await Promise.resolve()
      const asked = places.toSorted().join(' ')
      holders.set(holder, { places: asked, until: now() + leaseMs })
      const others = [...holders].filter(([name, each]) => isHeard(name) && each.places === asked)
      const offered = places.map((place) => {
        const holds = at(place).holder
        return { place, ours: holds === holder, free: !isHeard(holds) }
      })
      const { give, take } = fairShare(offered, others.length)
      for (const place of give) at(place).holder = ''
      for (const place of take) {
        const seat = at(place)
        seat.holder = holder
        seat.epoch++
      }
      return places
        .filter((place) => at(place).holder === holder)
        .map((place): SeatLease => ({ place, epoch: at(place).epoch }))
    },
    async leave(holder) {
      await Promise.resolve()
      holders.delete(holder)
    },
    load: async (place) => await Promise.resolve(at(place).saved),
    async save({ place, epoch }, saved) {
      await Promise.resolve()
      const seat = at(place)
      if (seat.epoch !== epoch) return false
      if (saved.unit > (seat.saved?.unit ?? 0)) seat.saved = saved
      return true
    },
  }
}
