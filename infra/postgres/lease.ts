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
    await session.query(extending, [lease, epoch, ms])
  }
  return {
    async take(lease, holder, ms) {
      await session.begin(undefined)
      const { rows } = await session.query(taking, [lease, holder, ms])
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

/** From now on, as long as the value at this place says, ms. */
const fromNow = (place: string): string =>
  `clock_timestamp() + CAST(${place} AS double precision) * interval '1 millisecond'`

const extending = `UPDATE lease SET until = ${fromNow('$3')} WHERE name = $1 AND epoch = $2`

const taking = `INSERT INTO lease (name, epoch, holder, until) VALUES ($1, 1, $2, ${fromNow('$3')})
  ON CONFLICT (name) DO UPDATE SET epoch = lease.epoch + 1, holder = excluded.holder, until = excluded.until
  WHERE lease.until <= clock_timestamp() RETURNING epoch`
