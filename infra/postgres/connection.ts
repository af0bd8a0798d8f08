import pg from 'pg'
import { reasonOf, Transient } from '#shared/errors.ts'
import { accessOf, nameOf, type Limits } from './address.ts'
import { asNumbers } from './numbers.ts'
import { inWords, isGone } from './words.ts'

/** The connection that there is, made when it is needed, and anew when it was lost. */
export type Connection = {
  readonly name: string
  /** @throws by disposition */
  readonly ask: () => Promise<pg.Client>
  /** Is it still this one? */
  readonly isStill: (client: pg.Client) => boolean
  /** Nobody waits for its answer any more. */
  readonly drop: (client: pg.Client) => void
  /** Works on it; what fails says whether it is of any use after that. @throws by disposition */
  readonly on: <T>(client: pg.Client, work: () => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}

export function connectionTo(address: string, limits: Limits): Connection {
  const name = nameOf(address)
  const config = { ...accessOf(address, limits), types: asNumbers }
  let client: pg.Client | undefined
  /** Who waits for an answer does nothing else, so where there is none it is left alone as long as it was waited for. */
  let rests = { until: 0, why: '' }

  const drop = (dropped: pg.Client): void => {
    if (client === dropped) client = undefined
    dropped.end().catch(() => undefined)
  }
  return {
    name,
    async ask() {
      if (client) return client
      const began = performance.now()
      if (began < rests.until) throw new Transient(`${name}: connecting`, { cause: rests.why })
      let fresh: pg.Client | undefined
      try {
        const made = new pg.Client(config)
        fresh = made
        made.on('error', () => drop(made))
        await made.connect()
        return (client = made)
      } catch (cause) {
        if (fresh) drop(fresh)
        const ended = performance.now()
        rests = { until: ended + (ended - began), why: reasonOf(cause) }
        throw inWords(name, 'connecting', cause)
      }
    },
    isStill: (which) => which === client,
    drop,
    async on(used, work) {
      try {
        return await work()
      } catch (cause) {
        if (isGone(cause)) drop(used)
        throw inWords(name, 'reading or writing', cause)
      }
    },
    async close() {
      const used = client
      client = undefined
      await used?.end().catch(() => undefined)
    },
  }
}
