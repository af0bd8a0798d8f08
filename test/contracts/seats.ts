import { describe, expect, test } from 'vitest'
import type { SavedSeat, Seats } from '#shared/ports/seats.ts'

export type SeatsUnderTest = {
  readonly seats: Seats
  /** Lets time pass for the store. */
  readonly pass: (ms: number) => Promise<void>
}

const places = ['correlate/0', 'correlate/1', 'correlate/2', 'correlate/3']
const leaseMs = 600
const stateOf = (unit: number, text = 'state'): SavedSeat => ({
  generation: 'g',
  unit,
  position: unit * 10,
  state: Buffer.from(text),
})

/** What every store of seats does. */
export function seatsContract(name: string, make: () => Promise<SeatsUnderTest>): void {
  describe(`seats: ${name}`, () => {
    const world = async () => {
      const { seats, pass } = await make()
      const ask = async (holder: string, those = places) =>
        (await seats.share({ holder, places: those, leaseMs })).map(({ place }) => place).toSorted()
      return { seats, pass, ask }
    }

    test('who is alone gets all; who comes later gets a fair share, once it is given back', async () => {
      const { ask } = await world()
      expect(await ask('a')).toEqual(places)
      expect(await ask('b')).toEqual([])
      const left = await ask('a')
      expect(left).toHaveLength(2)
      const taken = await ask('b')
      expect([...left, ...taken].toSorted()).toEqual(places)
      expect(await ask('a')).toEqual(left)
    })

    test('places of who is not heard of are free, and of who left at once', async () => {
      const { seats, ask, pass } = await world()
      await ask('a')
      await ask('b')
      await ask('a')
      await ask('b')
      await pass(leaseMs / 2)
      await ask('b')
      await pass(leaseMs / 2 + 100)
      expect(await ask('b')).toEqual(places)
      await seats.leave('b')
      expect(await ask('c')).toEqual(places)
    })

    test('workers of other places share nothing with these', async () => {
      const { ask } = await world()
      expect(await ask('a')).toEqual(places)
      expect(await ask('b', ['effects/0'])).toEqual(['effects/0'])
      expect(await ask('a')).toEqual(places)
    })

    test('a state that was saved is there, whole; an older one replaces no newer one', async () => {
      const { seats } = await world()
      const [lease] = await seats.share({ holder: 'a', places, leaseMs })
      expect(await seats.load('correlate/0')).toBeUndefined()
      expect(lease && (await seats.save(lease, stateOf(3)))).toBe(true)
      expect(lease && (await seats.save(lease, stateOf(2, 'older')))).toBe(true)
      const found = await seats.load(lease?.place ?? '')
      expect(found && { ...found, state: Buffer.from(found.state).toString() }).toEqual({
        generation: 'g',
        unit: 3,
        position: 30,
        state: 'state',
      })
    })

    test('who lost a place saves nothing there', async () => {
      const { seats, pass } = await world()
      const [before] = await seats.share({ holder: 'a', places, leaseMs })
      await pass(leaseMs + 100)
      const [now] = await seats.share({ holder: 'b', places, leaseMs })
      expect(now?.place).toBe(before?.place)
      expect(now?.epoch).toBeGreaterThan(before?.epoch ?? Infinity)
      expect(before && (await seats.save(before, stateOf(9)))).toBe(false)
      expect(await seats.load(before?.place ?? '')).toBeUndefined()
      expect(now && (await seats.save(now, stateOf(1)))).toBe(true)
    })
  })
}
