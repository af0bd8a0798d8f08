import { statSync } from 'node:fs'
import { systemScheduler } from '#infra/clock/scheduler.ts'
import { files } from '#infra/files/files.ts'
import type { Database } from '#infra/sql/database.ts'
import { openDatabase } from '#infra/sqlite/database.ts'
import { readPaths } from '#services/ingest/read-paths.ts'
import { durableLoop, type Loop } from '#services/serve/loop.ts'
import { stopwatch } from './clockwork.ts'
import { loopOptions, mappedFrom, offer } from './durable.ts'
import { silent, sqlStores, storeParts } from '#test/serve.ts'

/** Seconds until the loop takes work again, on a data file with so many live credentials. */
export type Load = {
  readonly credentials: number
  /** After an orderly end: open the file, read and decode the snapshot. */
  readonly seconds: number
  /** Of CPU, all threads: what a busy machine does not change. */
  readonly cpuSeconds: number
  /** After a death the whole file is read once before that; of these seconds, so many are for that. */
  readonly afterDeath: { readonly seconds: number; readonly checking: number }
  readonly bytesOnDisk: number
}

/** What one process finds out when it starts on a data file. */
export type Start = {
  readonly credentials: number
  /** Seconds on the wall until the file is open, and from there until the state is in memory; CPU of both. */
  readonly opening: number
  readonly reading: number
  readonly cpu: number
}

/** Fills a data file, and dies without closing it. Calls back just before. */
export async function fill(file: string, preload: string, done: () => void): Promise<never> {
  const db = openDatabase(file, storeParts)
  const loop = loopOn(db)
  await loop.start()
  for await (const batch of readPaths([preload], files, { batch: 2_000 }))
    await offer(loop, mappedFrom(batch))
  // Stores the snapshot; the lock is left where it is.
  loop.close()
  done()
  process.kill(process.pid, 'SIGKILL')
  return await new Promise<never>(() => undefined)
}

/** A process comes up on a data file, as `keytrail serve` does, and ends in order. */
export async function comeUp(file: string): Promise<Start> {
  const cost = stopwatch()
  const db = openDatabase(file, storeParts)
  const opening = cost().wall
  const loop = loopOn(db)
  const { snapshot } = await loop.start()
  const { cpu, wall } = cost()
  if (snapshot === 0) throw new Error(`${file}: the log was read, not a snapshot`)
  const { correlate } = loop.engine().states
  const credentials = correlate.reduce((sum, { held }) => sum + held.creds.size, 0)
  loop.close()
  db.close()
  return { credentials, opening, reading: wall - opening, cpu }
}

/** Put together: the first start was after a death, the second after an orderly end. */
export function loadOf(file: string, dead: Start, orderly: Start): Load {
  return {
    credentials: orderly.credentials,
    seconds: orderly.opening + orderly.reading,
    cpuSeconds: orderly.cpu,
    afterDeath: { seconds: dead.opening + dead.reading, checking: dead.opening },
    bytesOnDisk: statSync(file).size,
  }
}

const loopOn = (db: Database): Loop =>
  durableLoop(loopOptions, {
    ...sqlStores(db),
    scheduler: systemScheduler,
    log: silent,
    participants: [],
    at: () => undefined,
    failed: (why) => {
      throw why
    },
  })
