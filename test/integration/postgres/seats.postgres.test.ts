import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { postgresSeats } from '#infra/postgres/seats.ts'
import type { SharedSeats } from '#shared/ports/seats.ts'
import { seatsContract } from '#test/contracts/seats.ts'
import { startPostgres, type PostgresServer } from '#test/integration/servers/postgres.ts'

const started: { server?: PostgresServer } = {}
const open: SharedSeats[] = []
const address = (): string => started.server?.url ?? ''
beforeAll(async () => void (started.server = await startPostgres()))
afterEach(async () => {
  for (const seats of open.splice(0)) await seats.close()
})
afterAll(async () => await started.server?.close())

const opened = async (): Promise<SharedSeats> => {
  const seats = await postgresSeats(address())
  open.push(seats)
  return seats
}

seatsContract('PostgreSQL', async () => {
  const seats = await opened()
  const client = new pg.Client(address())
  await client.connect()
  await client.query('TRUNCATE keytrail.seat, keytrail.seat_holder')
  await client.end()
  return { seats, pass: async (ms) => await sleep(ms) }
})

test('it says what is told, as who tells it has committed it; at first nothing is', async () => {
  const seats = await opened()
  expect(await seats.told()).toBe(0)
})

test('many that ask at once never have the same place', async () => {
  const places = Array.from({ length: 12 }, (_, n) => `story/${n}`)
  const all = await Promise.all(['a', 'b', 'c'].map(async () => await opened()))
  for (let n = 0; n < 4; n++) {
    const asked = all.map(
      async (seats, i) => await seats.share({ holder: `many-${i}`, places, leaseMs: 60_000 }),
    )
    const held = (await Promise.all(asked)).flat().map(({ place }) => place)
    expect(new Set(held).size).toBe(held.length)
    expect(held.length).toBeGreaterThan(0)
  }
})
