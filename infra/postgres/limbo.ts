import { setTimeout as sleep } from 'node:timers/promises'
import { Transient, Unusable } from '#shared/errors.ts'
import type { Connection } from './connection.ts'

/** A commit whose answer was lost with its connection. The database knows what became of it, once it answers again. */
export type Limbo = {
  /** Was it committed? undefined: nobody says so soon, and it counts as not committed until the next `leave`. */
  readonly enter: (xid: string) => Promise<boolean | undefined>
  /**
   * Before anything else is asked: whoever was told that nothing was written was told the truth.
   * @throws Transient if nobody says yet; Unusable if it was written: then what is in memory is less than what is stored
   */
  readonly leave: () => Promise<void>
}

/** How often it is asked at once, and how long it is waited in between, ms. */
const asks = 4
const askEveryMs = 250

export function limboOf(connection: Connection): Limbo {
  const { name } = connection
  let unknown: string | undefined

  const ask = async (xid: string): Promise<boolean | undefined> => {
    const client = await connection.ask()
    const { rows } = await connection.on(client, () =>
      client.query<{ status: string | null }>('SELECT pg_xact_status($1::xid8) AS status', [xid]),
    )
    const status = rows[0]?.status
    return status === 'committed' ? true : status === 'aborted' ? false : undefined
  }
  return {
    async enter(xid) {
      for (let n = 0; n < asks; n++) {
        const found = await ask(xid).catch(() => undefined)
        if (found !== undefined) return found
        await sleep(askEveryMs)
      }
      unknown = xid
      return undefined
    },
    async leave() {
      if (unknown === undefined) return
      const found = await ask(unknown)
      if (found === undefined)
        throw new Transient(`${name}: a commit is under way of which nobody waits for the answer`)
      if (found)
        throw new Unusable(
          `${name}: a transaction was committed, and the database went away before it said so; start again`,
        )
      unknown = undefined
    },
  }
}
