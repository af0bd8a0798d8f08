import { expect, test } from 'vitest'
import { limits } from '#infra/postgres/address.ts'
import { connectionTo } from '#infra/postgres/connection.ts'
import { limboOf } from '#infra/postgres/limbo.ts'
import { Transient, Unusable } from '#shared/errors.ts'
import { place } from './place.ts'

const { fresh } = place()

/** A transaction on a connection of its own, with its id; it is ended as the test says. */
async function begun(address: string) {
  const connection = connectionTo(address, limits)
  const client = await connection.ask()
  await client.query('BEGIN; CREATE TABLE public.made (id INTEGER)')
  const { rows } = await client.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid')
  return { client, xid: rows[0]?.xid ?? '', close: connection.close }
}

test('whether a commit was made whose answer is lost, the database says', async () => {
  for (const [ending, found] of [
    ['COMMIT', true],
    ['ROLLBACK', false],
  ] as const) {
    const address = fresh()
    const { client, xid, close } = await begun(address)
    await client.query(ending)
    const other = connectionTo(address, limits)
    expect(await limboOf(other).enter(xid)).toBe(found)
    await other.close()
    await close()
  }
})

/** A commit of which nobody says yet what became of it, and then somebody does. */
async function unsaid(ending: 'COMMIT' | 'ROLLBACK'): Promise<unknown> {
  const address = fresh()
  const { client, xid, close } = await begun(address)
  const other = connectionTo(address, limits)
  const limbo = limboOf(other)
  expect(await limbo.enter(xid)).toBe(undefined)
  await expect(limbo.leave()).rejects.toThrow(Transient)
  await client.query(ending)
  const left = await limbo.leave().catch((thrown: unknown) => thrown)
  await other.close()
  await close()
  return left
}

test('while it is not said nothing goes on; what was told as not written must not have been', async () => {
  expect(await unsaid('ROLLBACK')).toBe(undefined)
  expect(await unsaid('COMMIT')).toBeInstanceOf(Unusable)
})
