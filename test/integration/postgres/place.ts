import { afterAll, afterEach, beforeAll } from 'vitest'
import { limits } from '#infra/postgres/address.ts'
import { besideDatabase, ownDatabase, type Held, type Tenancy } from '#infra/postgres/database.ts'
import { lineTo, type Line } from '#infra/postgres/line.ts'
import type { Database } from '#infra/sql/database.ts'
import { startPostgres, type PostgresServer } from '#test/integration/servers/postgres.ts'

export type Place = {
  readonly server: () => PostgresServer
  /** The address of an empty database of its own. */
  readonly fresh: () => string
  /** Opens one as its owner; whatever is still open at the end of the test is closed. */
  readonly own: (address?: string, holder?: string, tenancy?: Tenancy) => Database | Held
  readonly beside: (address: string) => Database
}

let made = 0

/** A server for the tests of a file, and databases on it. */
export function place(): Place {
  const opened: Database[] = []
  const started: { server?: PostgresServer; line?: Line } = {}
  beforeAll(async () => {
    started.server = await startPostgres()
  })
  afterEach(() => {
    for (const each of opened.splice(0)) each.close()
  })
  afterAll(async () => {
    started.line?.close()
    await started.server?.close()
  })
  const server = (): PostgresServer => {
    if (!started.server) throw new Error('no server')
    return started.server
  }
  const fresh = (): string => {
    const name = `test_${process.pid}_${made++}`
    started.line ??= lineTo(server().url, limits)
    started.line.query(`CREATE DATABASE ${name}`, [])
    const url = new URL(server().url)
    url.pathname = name
    return url.href
  }
  const kept = <T extends Database | Held>(db: T): T => {
    if (!('heldBy' in db)) opened.push(db)
    return db
  }
  return {
    server,
    fresh,
    own: (address = fresh(), holder = 'test', tenancy = { leaseMs: 10_000 }) =>
      kept(ownDatabase(address, holder, tenancy)),
    beside: (address) => kept(besideDatabase(address)),
  }
}
