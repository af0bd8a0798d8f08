import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { wishOf } from './engine.ts'
import { freePort, lastWill } from './processes.ts'

export type PostgresServer = {
  /** `postgres://…` of a user who may do everything. */
  readonly url: string
  readonly pid: number
  /** Sends a signal; resolves once the server has gone, but for SIGSTOP and SIGCONT at once. */
  readonly signal: (signal: NodeJS.Signals) => Promise<void>
  /** Sends a signal to one of its processes, by the number that it has for the server. */
  readonly signalOne: (pid: number, signal: NodeJS.Signals) => void
  /** Starts it again with what it kept. */
  readonly restart: () => Promise<void>
  readonly close: () => Promise<void>
}

const advice =
  'PostgreSQL is not there: install its server (Debian: apt-get install postgresql), name its folder by PG_BIN or a database by TEST_POSTGRES=postgres://…, or leave these tests out with npm test -- --without postgres'

/** How long it may take to be ready, and to end when asked, ms. */
const readyMs = 60_000
const graceMs = 10_000

const run = promisify(execFile)

/**
 * A real PostgreSQL for a test, as `TEST_POSTGRES` says: `containers`; `local`: from the binaries of this machine, as another user
 * where we are root; `auto` (default): the first of both that can be had; or the address of a database that the test may fill.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const wish = process.env['TEST_POSTGRES'] ?? 'auto'
  if (/^postgres(ql)?:\/\//.test(wish)) return left(wish)
  const from = await wishOf(wish, 'local', 'postgres')
  if (from === 'here') return await startLocal()
  if (from === undefined)
    throw new Error(`TEST_POSTGRES=${wish}: auto, containers, local, or postgres://…`)
  const { startInContainer } = await import('./postgres-container.ts')
  return await startInContainer()
}

/** A server of others is left alone. */
function left(url: string): PostgresServer {
  const none = (): never => {
    throw new Error('a server of others is left alone')
  }
  const close = (): Promise<void> => Promise.resolve()
  return { url, pid: 0, signal: none, signalOne: none, restart: none, close }
}

type Place = {
  readonly bin: string
  readonly dir: string
  /** As whom the server runs. */
  readonly as: { readonly uid?: number; readonly gid?: number }
  readonly environment: NodeJS.ProcessEnv
}

async function startLocal(): Promise<PostgresServer> {
  const bin = binaries()
  if (bin === undefined) throw new Error(advice)
  const as = whoRuns()
  // A short path: that of a socket holds at most 107 bytes.
  const dir = mkdtempSync(join(tmpdir(), 'keytrail-pg-'))
  const environment = { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', TZ: 'UTC', HOME: dir }
  const place = { bin, dir, as, environment }
  own(dir, as)
  const kept = lastWill('sleep 4; rm -rf -- "$1"', [dir])
  const password = randomBytes(12).toString('hex')
  const port = await freePort()
  const server = newServer(place)
  const close = async (): Promise<void> => {
    await server.end()
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
    kept()
  }
  try {
    await initialise(place, password, port)
    await server.launch()
  } catch (thrown) {
    await close()
    throw thrown
  }
  const { signal, restart } = server
  const url = `postgres://test:${password}@127.0.0.1:${port}/postgres`
  return {
    url,
    signal,
    signalOne: (each, name) => void process.kill(each, name),
    restart,
    close,
    get pid() {
      return server.pid
    },
  }
}

function own(path: string, { uid, gid }: Place['as']): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid)
}

/** The folder of `initdb` and `postgres`: the newest of the places where systems put them. */
function binaries(): string | undefined {
  const has = (folder: string): boolean =>
    folder !== '' && existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))
  const named = process.env['PG_BIN']
  if (named !== undefined) return has(named) ? named : undefined
  const bases = ['/usr/lib/postgresql', '/usr', '/opt/homebrew/opt', '/usr/local/opt']
  const found = bases.flatMap((base) =>
    (existsSync(base) ? readdirSync(base) : []).flatMap((name) => {
      const version = Number(/^(?:postgresql@|pgsql-)?(\d+)$/.exec(name)?.[1] ?? 'NaN')
      const folder = join(base, name, 'bin')
      return version > 0 && has(folder) ? [{ version, folder }] : []
    }),
  )
  const [newest] = found.toSorted((a, b) => b.version - a.version)
  return newest?.folder ?? (process.env['PATH'] ?? '').split(delimiter).find(has)
}

/** PostgreSQL refuses root: then it runs as `TEST_PG_USER`, `postgres` or `nobody`, whoever is there first. */
function whoRuns(): Place['as'] {
  if (process.getuid?.() !== 0) return {}
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  const users = new Map(lines.map((line) => [line.split(':', 1)[0], line.split(':')]))
  for (const name of [process.env['TEST_PG_USER'], 'postgres', 'nobody']) {
    const fields = users.get(name ?? '')
    if (name !== undefined && fields) return { uid: Number(fields[2]), gid: Number(fields[3]) }
  }
  throw new Error('we are root and there is no other user: name one by TEST_PG_USER')
}

async function initialise(place: Place, password: string, port: number): Promise<void> {
  const { bin, dir, as, environment } = place
  const secret = join(dir, 'password')
  writeFileSync(secret, password, { mode: 0o600 })
  own(secret, as)
  const how = [
    '-A',
    'scram-sha-256',
    `--pwfile=${secret}`,
    '-E',
    'UTF8',
    '--no-locale',
    '--no-sync',
  ]
  const args = ['-D', join(dir, 'data'), '-U', 'test', '--no-instructions', ...how]
  await run(join(bin, 'initdb'), args, { ...as, cwd: dir, env: environment })
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: dir,
    fsync: 'on',
    synchronous_commit: 'on',
    shared_buffers: '64MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`)
  writeFileSync(join(dir, 'data', 'postgresql.auto.conf'), lines.join(''))
}

function newServer(place: Place) {
  const { bin, dir, as, environment } = place
  const data = join(dir, 'data')
  const log = join(dir, 'server.log')
  let child: ChildProcess | undefined
  let gone: Promise<unknown> = Promise.resolve()
  const isGone = (): boolean => !child || child.exitCode !== null || child.signalCode !== null

  const launch = async (): Promise<void> => {
    const out = openSync(log, 'a')
    const how = { ...as, cwd: dir, env: environment, detached: true }
    const started = spawn(join(bin, 'postgres'), ['-D', data], {
      ...how,
      stdio: ['ignore', out, out],
    })
    closeSync(out)
    const line =
      'kill -QUIT "$1"; for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" || break; sleep 0.2; done; kill -9 "$1"'
    const calm = lastWill(line, [String(started.pid)])
    child = started
    gone = once(started, 'exit').finally(calm)
    for (const end = Date.now() + readyMs; Date.now() < end && !isGone(); await sleep(20))
      if (isReady(started.pid)) return
    throw new Error(`PostgreSQL is not ready\n${readFileSync(log, 'utf8').slice(-2000)}`)
  }
  /** Line 1 of this file is the pid (what a killed server left has another), line 8 says how far it is. */
  const isReady = (pid: number | undefined): boolean => {
    const file = join(data, 'postmaster.pid')
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready'
  }
  const signal = async (name: NodeJS.Signals): Promise<void> => {
    if (!isGone()) child?.kill(name)
    if (name !== 'SIGSTOP' && name !== 'SIGCONT') await gone
  }
  return {
    get pid() {
      return child?.pid ?? 0
    },
    launch,
    signal,
    restart: async (): Promise<void> => {
      if (!isGone()) await signal('SIGINT')
      // What a killed server left alone needs a moment to go.
      for (let left = 50; ; left--) {
        const failure = await launch().then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        if (failure === undefined) return
        if (left === 0) throw failure
        await sleep(100)
      }
    },
    end: async (): Promise<void> => {
      if (isGone()) return
      child?.kill('SIGCONT')
      child?.kill('SIGINT')
      const late = sleep(graceMs, 'late', { ref: false })
      if ((await Promise.race([gone, late])) === 'late') await signal('SIGQUIT')
    },
  }
}
