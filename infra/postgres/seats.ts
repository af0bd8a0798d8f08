import type pg from 'pg'
import { fairShare } from '#shared/fair-share.ts'
import type { SavedSeat, SeatLease, SharedSeats } from '#shared/ports/seats.ts'
import { limits as usual, type Limits } from './address.ts'
import { connectionTo } from './connection.ts'
import { migrate } from './migrate.ts'

/** Nobody else shares places out meanwhile. */
const turn = 0x4b747365
/** Holders that were not heard of for so long are forgotten. */
const forgotten = `interval '1 hour'`

/**
 * Seats in PostgreSQL; brings the tables to the version of this build.
 *
 * @throws by disposition: Transient if there is no answer
 */
export async function postgresSeats(address: string, limits: Limits = usual): Promise<SharedSeats> {
  await migrate(address, limits)
  // A large state on its way does not keep word from being given.
  const [words, states] = [queueOn(address, limits), queueOn(address, limits)]
  return {
    share: async (asking) =>
      await within(words, async (client) => {
        const { holder, places, leaseMs } = asking
        const asked = places.toSorted().join(' ')
        await client.query(word, [holder, asked, leaseMs])
        await client.query(`DELETE FROM seat_holder WHERE until < clock_timestamp() - ${forgotten}`)
        await client.query(rows, [places])
        const { rows: found } = await client.query<Row>(all, [places, holder])
        const { rows: heard } = await client.query<{ count: number }>(others, [asked])
        const { give, take } = fairShare(found, heard[0]?.count ?? 1)
        await client.query(`UPDATE seat SET holder = '' WHERE place = ANY($1)`, [give])
        await client.query(taking, [take, holder])
        const { rows: ours } = await client.query<SeatLease>(held, [places, holder])
        return ours
      }),
    leave: async (holder) => {
      await one(words, 'DELETE FROM seat_holder WHERE holder = $1', [holder])
    },
    async load(place) {
      const [found] = await one<SavedSeat>(states, loading, [place])
      return found
    },
    async save({ place, epoch }, { generation, unit, position, state }) {
      const given = [place, epoch, generation, unit, position, Buffer.from(state)]
      const saved = await one(states, saving, given)
      if (saved.length > 0) return true
      const still = await one(states, 'SELECT 1 FROM seat WHERE place = $1 AND epoch = $2', [
        place,
        epoch,
      ])
      return still.length > 0
    },
    async told() {
      const [found] = await one<{ through: number }>(words, 'SELECT through FROM emitted', [])
      return found?.through ?? 0
    },
    async close() {
      await words.close()
      await states.close()
    },
  }
}

type Row = { readonly place: string; readonly ours: boolean; readonly free: boolean }

const word = `INSERT INTO seat_holder (holder, places, until)
  VALUES ($1, $2, clock_timestamp() + $3::double precision * interval '1 millisecond')
  ON CONFLICT (holder) DO UPDATE SET places = excluded.places, until = excluded.until`
const rows = `INSERT INTO seat (place) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`
const all = `SELECT place, seat.holder = $2 AS ours, seat_holder.holder IS NULL AS free
  FROM seat LEFT JOIN seat_holder
    ON seat_holder.holder = seat.holder AND seat_holder.until > clock_timestamp()
  WHERE place = ANY($1) ORDER BY place`
const others = `SELECT CAST(count(*) AS INTEGER) AS count FROM seat_holder
  WHERE places = $1 AND until > clock_timestamp()`
const taking = `UPDATE seat SET holder = $2, epoch = epoch + 1 WHERE place = ANY($1)`
const held = `SELECT place, epoch FROM seat WHERE place = ANY($1) AND holder = $2 ORDER BY place`
const loading = `SELECT generation, unit, position, state FROM seat
  WHERE place = $1 AND state IS NOT NULL`
const saving = `UPDATE seat SET generation = $3, unit = $4, position = $5, state = $6
  WHERE place = $1 AND epoch = $2 AND unit < $4 RETURNING place`

/** A connection on which one after another works: what waits is bounded by who calls, each waits for its answer. */
type Queue = {
  readonly on: <T>(work: (client: pg.Client) => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}

function queueOn(address: string, limits: Limits): Queue {
  const connection = connectionTo(address, limits)
  let last: Promise<unknown> = Promise.resolve()
  return {
    async on(work) {
      const mine = last.then(async () => {
        const client = await connection.ask()
        return await connection.on(client, async () => await work(client))
      })
      last = mine.catch(() => undefined)
      return await mine
    },
    close: connection.close,
  }
}

const one = async <R extends object>(
  queue: Queue,
  sql: string,
  values: readonly unknown[],
): Promise<R[]> =>
  await queue.on(async (client) => (await client.query(sql, [...values])).rows as R[])

/** One transaction, while nobody else has one of this kind. */
const within = async <T>(queue: Queue, work: (client: pg.Client) => Promise<T>): Promise<T> =>
  await queue.on(async (client) => {
    await client.query('BEGIN')
    try {
      await client.query('SELECT pg_advisory_xact_lock($1)', [turn])
      const result = await work(client)
      await client.query('COMMIT')
      return result
    } catch (thrown) {
      await client.query('ROLLBACK').catch(() => undefined)
      throw thrown
    }
  })
