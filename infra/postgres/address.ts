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
  refuseOpen(address, url)
  const options = [url.searchParams.get('options') ?? '', `-c search_path=${schema}`]
  // An address wins over what stands beside it, and these are ours.
  for (const ours of ['options', 'application_name', 'query_timeout', ...serverLimits])
    url.searchParams.delete(ours)
  return {
    connectionString: url.href,
    application_name: 'keytrail',
    connectionTimeoutMillis: connect,
    query_timeout: answer,
    statement_timeout: answer,
    lock_timeout: lock,
    idle_in_transaction_session_timeout: idle,
    keepAlive: true,
    options: options.join(' ').trim(),
  }
}

const serverLimits = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']

/** As libpq has them, and one of `pg`. */
const tlsModes = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify']

/** @throws Unusable where nobody has said how a way over the network is kept safe */
function refuseOpen(address: string, url: URL): void {
  const given = url.searchParams.get('sslmode') ?? ''
  const mode = given === '' ? (process.env['PGSSLMODE'] ?? '') : given
  const name = nameOf(address)
  if (mode !== '' && !tlsModes.includes(mode))
    throw new Unusable(`${name}: sslmode is one of ${tlsModes.join(', ')}`)
  if (mode === '' && !isHere(hostOf(url)))
    throw new Unusable(
      `${name}: the database is reached over a network; say sslmode=verify-full in its address (sslrootcert names the authority), or sslmode=disable if the way is safe`,
    )
}

/** Host, port and database: what may be shown. @throws Unusable if it is no address */
export function nameOf(address: string): string {
  parsed(address)
  return shownPlace(address)
}

const hostOf = (url: URL): string => {
  // The one behind the question mark wins.
  const named = url.searchParams.get('host') ?? ''
  const host = named === '' ? url.hostname : named
  return host === '' ? (process.env['PGHOST'] ?? 'localhost') : host
}

const isHere = (host: string): boolean =>
  host.startsWith('/') || /^(localhost|127\.[\d.]+|\[?::1\]?)$/.test(host)

function parsed(address: string): URL {
  // What it says may hold a password.
  const nonsense =
    'the address of the database makes no sense: postgres://USER@HOST/DATABASE (a password in it is percent-encoded; better give it by PGPASSWORD)'
  if (!URL.canParse(address)) throw new Unusable(nonsense)
  const url = new URL(address)
  if (!/^\/?[^/@]*$/.test(url.pathname)) throw new Unusable(nonsense)
  return url
}
