import type pg from 'pg'
import { shownPlace } from '#shared/config/place.ts'
import { Unusable } from '#shared/errors.ts'

const schema = 'keytrail'

/** Limits of one connection, ms. */
export type Limits = {
  /** Until a connection stands. */
  readonly connect: number
  /** Until a statement is answered; after it nobody knows what became of it. */
  readonly answer: number
  /** How long a lock may be waited for. */
  readonly lock: number
  /** How long a transaction may say nothing: a process that was stopped in the middle of one holds up the others no longer. */
  readonly idle: number
}

export const limits: Limits = { connect: 5_000, answer: 15_000, lock: 10_000, idle: 5_000 }

/**
 * How a database is reached, as `pg` takes it. What the address does not say comes from the usual variables (PGHOST, PGUSER,
 * PGPASSWORD, PGSSLMODE, …) and from the password file.
 *
 * @throws Unusable if the address makes no sense, or leads over a network without TLS and does not say that it should
 */
export function accessOf(
  address: string,
  { connect, answer, lock, idle }: Limits,
): pg.ClientConfig {
  const url = parsed(address)
  const config: pg.ClientConfig = {
    connectionString: address,
    application_name: 'keytrail',
    connectionTimeoutMillis: connect,
    query_timeout: answer,
    statement_timeout: answer,
    lock_timeout: lock,
    idle_in_transaction_session_timeout: idle,
    keepAlive: true,
    options: `-c search_path=${schema}`,
  }
  const mode = url.searchParams.get('sslmode') ?? process.env['PGSSLMODE']
  if (mode === null || mode === undefined)
    if (!isHere(hostOf(url)))
      throw new Unusable(
        `${nameOf(address)}: the database is reached over a network; say sslmode=verify-full in its address (sslrootcert names the authority), or sslmode=disable if the way is safe`,
      )
  return config
}

/** Host, port and database: what may be shown. @throws Unusable if it is no address */
export function nameOf(address: string): string {
  parsed(address)
  return shownPlace(address)
}

const hostOf = (url: URL): string => {
  const host = url.hostname === '' ? url.searchParams.get('host') : url.hostname
  return host ?? process.env['PGHOST'] ?? 'localhost'
}

const isHere = (host: string): boolean =>
  host.startsWith('/') || /^(localhost|127\.[\d.]+|\[?::1\]?)$/.test(host)

function parsed(address: string): URL {
  try {
    return new URL(address)
  } catch {
    // What it says may hold a password.
    throw new Unusable('the address of the database makes no sense: postgres://USER@HOST/DATABASE')
  }
}
