import type { Engine } from './engine.ts'
import { must, run, until } from './run.ts'

/** What the checks share: an engine, the image under test, and the folders of this repository. */
export type World = {
  readonly engine: Engine
  readonly root: string
  /** Name of the image that is built, and prefix of everything that is made beside it. */
  readonly image: string
}

export type Check = { readonly name: string; readonly run: (world: World) => Promise<void> }

/** One container with its published port. */
export type Container = {
  readonly name: string
  readonly url: () => Promise<string>
  readonly exec: (...args: readonly string[]) => Promise<string>
}

export const docker = (world: World, ...args: readonly string[]): Promise<string> =>
  must('docker', args, { env: world.engine.env })

/** How a container must be able to run: nothing to write but its volume, no right of root, no way to one. */
const confined = [
  '--read-only',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--tmpfs=/tmp:size=64m',
] as const

/** Starts the image over a volume, published on a free port of this machine. */
export async function started(world: World, name: string, volume: string): Promise<Container> {
  const place = [`--volume=${volume}:/var/lib/keytrail`, '--publish=127.0.0.1:0:4318']
  const settings = ['--env=KEYTRAIL_HTTP_BEHIND_TLS=true']
  await docker(
    world,
    'run',
    '--detach',
    `--name=${name}`,
    ...confined,
    ...place,
    ...settings,
    world.image,
  )
  const container = containerOf(world, name)
  await ready(await container.url())
  return container
}

export const containerOf = (world: World, name: string): Container => ({
  name,
  url: async () => {
    const [address = ''] = (await docker(world, 'port', name, '4318/tcp')).trim().split('\n')
    return `http://${address}`
  },
  exec: async (...args) => await docker(world, 'exec', name, ...args),
})

/** Waits until the program can work. */
export const ready = async (url: string): Promise<true> =>
  await until(`${url}/readyz`, async () => {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined)
    return answer?.status === 200 ? true : undefined
  })

/** A token of a source that may speak for every agent. */
export const tokenFor = async ({ exec }: Container, source: string): Promise<string> =>
  (await exec('keytrail', 'sources', 'add', source, '--all-agents')).trim()

/** Tells one activity; the status of the answer. */
export async function tell(url: string, token: string | undefined, task: string): Promise<number> {
  const activity = {
    kind: 'task.started',
    id: `s-${task}`,
    time: Date.now(),
    task,
    agent: 'ledger',
  }
  const { status } = await fetch(`${url}/v1/activities`, {
    method: 'POST',
    body: JSON.stringify([activity]),
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
  })
  return status
}

/** The value of a metric without labels, as a scraper with a token of its own reads it. */
export async function metric(url: string, token: string, name: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })
  const text = await answer.text()
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]
  if (value === undefined) throw new Error(`${url}/metrics (${answer.status}) has no ${name}`)
  return Number(value)
}

/** Removes containers and volumes, whether they are there or not. */
export async function removed(
  { engine: { env } }: World,
  containers: readonly string[],
  volumes: readonly string[] = [],
): Promise<void> {
  await run('docker', ['rm', '--force', '--volumes', ...containers], { env })
  if (volumes.length > 0) await run('docker', ['volume', 'rm', '--force', ...volumes], { env })
}
