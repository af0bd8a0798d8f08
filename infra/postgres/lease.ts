import { sessionOn, type Tenure } from './session.ts'
import type { Limits } from './address.ts'

/** What became of asking for a lease. */
export type Taken =
  | { readonly as: 'taken'; readonly epoch: number }
  /** Somebody has it, and was heard of lately. */
  | { readonly as: 'held'; readonly by: string }

/** How often a holder gives word in the time that a lease lasts. */
const wordsIn = 5

export type Lease = {
  /**
   * Takes it if it is free, and gives word from then on.
   * @param ms after so long without a word it is free, by the clock of the database alone
   * @throws by disposition
   */
  take(lease: string, holder: string, ms: number): Promise<Taken>
  /** What was taken. Whether it still counts the database says, in each transaction. */
  tenure(): Tenure | undefined
  /** Gives it back, so that nobody has to wait. */
  release(): Promise<void>
}

/** Leases, on a connection of their own, so that a long statement does not keep the word from being given. */
export function leaseOn(address: string, limits: Limits): Lease {
  const session = sessionOn(address, limits)
  let tenure: Tenure | undefined
  let timer: NodeJS.Timeout | undefined

  const giveWord = async ({ lease, epoch }: Tenure, ms: number): Promise<void> => {
    const extend = `UPDATE lease SET until = clock_timestamp() + ${span} WHERE name = ? AND epoch = ?`
    await session.query(numbered(extend), [ms, lease, epoch])
  }
  return {
    async take(lease, holder, ms) {
      await session.begin(undefined)
      const { rows } = await session.query(numbered(taking), [lease, holder, ms])
      const [taken] = rows
      if (!taken) {
        const { rows } = await session.query('SELECT holder FROM lease WHERE name = $1', [lease])
        await session.rollback()
        return { as: 'held', by: String(rows[0]?.['holder']) }
      }
      await session.commit()
      const now: Tenure = { lease, epoch: Number(taken['epoch']) }
      tenure = now
      // What fails is tried again by the next one; if it is too late then, the next transaction says so.
      timer = setInterval(() => void giveWord(now, ms).catch(() => undefined), ms / wordsIn)
      return { as: 'taken', epoch: now.epoch }
    },
    tenure: () => tenure,
    async release() {
      clearInterval(timer)
      if (tenure) await giveWord(tenure, 0).catch(() => undefined)
      await session.close()
    },
  }
}

const span = `CAST(? AS double precision) * interval '1 millisecond'`

const taking = `INSERT INTO lease (name, epoch, holder, until) VALUES (?, 1, ?, clock_timestamp() + ${span})
  ON CONFLICT (name) DO UPDATE SET epoch = lease.epoch + 1, holder = excluded.holder, until = excluded.until
  WHERE lease.until <= clock_timestamp() RETURNING epoch`

/** `?` and `?1` as PostgreSQL writes them. */
export function numbered(sql: string): string {
  let last = 0
  return sql.replace(/\?(\d+)?/g, (_, place?: string) => `$${place ?? ++last}`)
}
