import { existsSync, readFileSync } from 'node:fs'
import { request, type RequestOptions } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

/** A socket that takes connections and never answers is no engine, ms. */
const patienceMs = 1_500

/**
 * Where a container engine answers, as DOCKER_HOST names it: the one that the environment names and no other, else one of this
 * machine.
 */
export async function engineAt(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const place of placesOf(environment)) if (await pings(place)) return nameOf(place)
  return undefined
}

const nameOf = ({ socketPath, host, port }: RequestOptions): string =>
  socketPath ? `unix://${socketPath}` : `tcp://${host}:${port}`

function placesOf({
  DOCKER_HOST: named = '',
  XDG_RUNTIME_DIR,
}: NodeJS.ProcessEnv): RequestOptions[] {
  if (named.startsWith('unix://')) return [{ socketPath: named.slice('unix://'.length) }]
  const tcp = URL.parse(named.replace(/^tcp:/, 'http:'))
  if (tcp?.hostname) return [{ host: tcp.hostname, port: tcp.port || '2375' }]
  const own = ['.docker/run/docker.sock', '.docker/desktop/docker.sock']
  const sockets = [
    '/var/run/docker.sock',
    ...(XDG_RUNTIME_DIR === undefined ? [] : [join(XDG_RUNTIME_DIR, 'docker.sock')]),
    ...own.map((path) => join(homedir(), path)),
    `/run/user/${process.getuid?.() ?? 0}/docker.sock`,
  ]
  return sockets.filter((path) => existsSync(path)).map((socketPath) => ({ socketPath }))
}

/** `GET /_ping` (Docker Engine API, "Ping"). */
const pings = (place: RequestOptions): Promise<boolean> =>
  new Promise((resolve) => {
    const signal = AbortSignal.timeout(patienceMs)
    const asked = request({ ...place, path: '/_ping', signal }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    asked.on('error', () => resolve(false))
    asked.end()
  })

/** The image of a service, as compose.yaml names it. */
export function imageOf(service: 'kafka' | 'postgres'): string {
  const file = fileURLToPath(new URL('../../../infra/deploy/compose.yaml', import.meta.url))
  const { services } = parse(readFileSync(file, 'utf8')) as {
    services: Record<string, { image: string }>
  }
  const image = services[service]?.image
  if (image === undefined) throw new Error(`compose.yaml names no image of ${service}`)
  return image
}

/** Where a server of a test comes from. */
export type Wish = 'containers' | 'here'

/**
 * `auto`: containers where an engine answers and has the image or can pull it, else what this machine has; each can be asked
 * for by name too.
 *
 * @param here how the servers of this machine are called: `jars`, `local`
 */
export async function wishOf(
  wish: string,
  here: string,
  service: 'kafka' | 'postgres',
): Promise<Wish | undefined> {
  if (wish === here) return 'here'
  if (wish === 'containers') return 'containers'
  if (wish !== 'auto') return undefined
  const engine = await engineAt(process.env)
  if (engine === undefined) return 'here'
  // For everything that speaks to it from here on.
  process.env['DOCKER_HOST'] = engine
  const { canHave } = await import('./container.ts')
  const image = imageOf(service)
  const why = await canHave(image)
  if (why === undefined) return 'containers'
  process.stderr.write(`${image} cannot be had (${why}): ${here} instead\n`)
  return 'here'
}
