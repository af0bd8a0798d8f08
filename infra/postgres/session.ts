import type pg from 'pg'
import { assume, Transient, Unusable } from '#shared/errors.ts'
import type { Value } from '#infra/sql/database.ts'
import type { Limits } from './address.ts'
import { connectionTo, type Connection } from './connection.ts'
import { limboOf, type Limbo } from './limbo.ts'
import { inWords, isGone } from './words.ts'

/** One epoch of a lease: what its holder writes counts as long as nobody has taken a later one. */
export type Tenure = { readonly lease: string; readonly epoch: number }

export type Rows = {
  readonly rows: readonly Readonly<Record<string, Value>>[]
  /** How many were changed. */
  readonly count: number
}

/**
 * One connection and what is under way on it; connects when it is needed, and anew when it was lost. Transactions follow one
 * another over all sessions. Fails by disposition (shared/errors.ts); Transient means that nothing was changed.
 */
export type Session = {
  query(sql: string, values: readonly Value[]): Promise<Rows>
  /** Opens a transaction, once nobody else has one. @throws Unusable if the tenure is over */
  begin(tenure: Tenure | undefined): Promise<void>
  /** Where the answer is lost it is found out; if that takes too long it counts as not committed, and the next call makes sure. */
  commit(): Promise<void>
  rollback(): Promise<void>
  close(): Promise<void>
}

/** Every transaction of Keytrail takes it: what is decided about rows as they stand is written before anybody reads them again. */
const turn = 0x4b74726c

export function sessionOn(address: string, limits: Limits): Session {
  const connection = connectionTo(address, limits)
  const { name, on } = connection
  const limbo = limboOf(connection)
  const names = new Map<string, string>()
  /** The connection that a transaction is open on. */
  let within: pg.Client | undefined

  const current = async (): Promise<pg.Client> => {
    if (within && !connection.isStill(within))
      throw new Transient(`${name}: the connection was lost within a transaction`)
    if (!within) await limbo.leave()
    return await connection.ask()
  }
  const nameOf = (text: string): string => {
    const known = names.get(text) ?? `s${names.size}`
    names.set(text, known)
    return known
  }
  return {
    async query(text, values) {
      const used = await current()
      const asked = { name: nameOf(text), text, values: [...values] }
      const { rows, rowCount } = await on(used, () => used.query<Rows['rows'][number]>(asked))
      return { rows, count: rowCount ?? 0 }
    },
    async begin(tenure) {
      within = undefined
      const used = await current()
      const told = await on(used, () => used.query(opening(tenure)))
      if (!tenure || epochIn(told) === tenure.epoch) {
        within = used
        return
      }
      await rollBack(used, connection)
      throw new Unusable(
        `${name}: another process took over, since this one was silent for too long; nothing that it began is written`,
      )
    },
    async commit() {
      const used = await current()
      within = undefined
      await commitOn(used, connection, limbo)
    },
    async rollback() {
      const used = within
      within = undefined
      if (used && connection.isStill(used)) await rollBack(used, connection)
    },
    close: connection.close,
  }
}

async function rollBack(client: pg.Client, connection: Connection): Promise<void> {
  try {
    await client.query('ROLLBACK')
  } catch {
    connection.drop(client)
  }
}

async function commitOn(client: pg.Client, connection: Connection, limbo: Limbo): Promise<void> {
  const { name } = connection
  const xid = await connection.on(client, () => idOf(client))
  let ended: pg.QueryResult
  try {
    ended = await client.query('COMMIT')
  } catch (cause) {
    if (!isGone(cause) || xid === undefined) throw inWords(name, 'committing', cause)
    connection.drop(client)
    if (await limbo.enter(xid)) return
    throw new Transient(`${name}: committing`, { cause })
  }
  // A transaction in which something failed is rolled back by its COMMIT.
  assume(ended.command === 'COMMIT', `${name}: nothing in what was committed had failed`)
}

/** Read committed, whatever the database prefers: who waited for his turn must see what others did meanwhile. */
function opening(tenure: Tenure | undefined): string {
  const begin = `BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(${turn})`
  if (!tenure) return begin
  assume(/^[\w/-]+$/.test(tenure.lease), `${tenure.lease} is the name of a lease`)
  return `${begin}; SELECT epoch FROM lease WHERE name = '${tenure.lease}'`
}

/** Several statements are answered by several results. */
const epochIn = (told: unknown): unknown =>
  Array.isArray(told) ? (told as pg.QueryResult<{ epoch: number }>[])[2]?.rows[0]?.epoch : undefined

/** The id of the transaction; undefined if it has changed nothing. */
async function idOf(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query<{ xid: string | null }>(
    'SELECT pg_current_xact_id_if_assigned()::text AS xid',
  )
  return rows[0]?.xid ?? undefined
}
