import { memorySeats } from '#infra/memory/seats.ts'
import { seatsContract } from './seats.ts'

seatsContract('memory', async () => {
  let now = 1_000
  return await Promise.resolve({
    seats: memorySeats(() => now),
    pass: async (ms) => {
      now += ms
      await Promise.resolve()
    },
  })
})
