import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { must, run } from './run.ts'

/** A container engine that answers. */
export type Engine = {
  readonly env: NodeJS.ProcessEnv
  /** Where its images come from, as a reader of the log wants to know. */
  readonly images: string
  readonly close: () => Promise<void>
}

export type NoEngine = { readonly skip: string }

/**
 * The engine that the environment names, else one that is started with the scripts of a folder `shared/containers` beside the
 * repository, which build stand-ins of the public images from packages. Whatever fails once an engine is up is a failure.
 */
export async function engineFor(root: string, nodeVersion: string): Promise<Engine | NoEngine> {
  if (await answers(process.env))
    return {
      env: process.env,
      images: 'as the engine has or pulls them',
      close: () => Promise.resolve(),
    }
  const scripts = join(root, '..', 'shared', 'containers')
  const script = join(scripts, 'local-engine.sh')
  if (!existsSync(script))
    return { skip: 'no container engine answers; start one, or set DOCKER_HOST' }
  const wasUp = (await run(script, ['status'])).out.startsWith('up')
  const started = await run(script, ['start'])
  if (started.status !== 0)
    return {
      skip: `no container engine answers, and ${started.err.trim().split('\n').at(-1) ?? 'none starts'}`,
    }
  const env = { ...process.env, ...exportsIn(started.out) }
  const close = async (): Promise<void> => {
    if (!wasUp) await must(script, ['stop'])
  }
  try {
    const images = join(scripts, 'build-local-images.sh')
    const wanted = { ...env, NODE_VERSION: nodeVersion }
    await must(images, ['node', 'kafka', 'postgres'], { env: wanted, limit: 900_000 })
  } catch (error) {
    await close()
    throw error
  }
  return { env, images: 'stand-ins built from packages', close }
}

const answers = async (env: NodeJS.ProcessEnv): Promise<boolean> =>
  (await run('docker', ['version', '--format', '{{.Server.Version}}'], { env, limit: 30_000 }))
    .status === 0

/** The variables of lines `export A=1 B=2`. */
const exportsIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  )

/** How compose is called here. @throws Error that says how to get it */
export async function composeOf(env: NodeJS.ProcessEnv): Promise<readonly [string, ...string[]]> {
  if ((await run('docker', ['compose', 'version'], { env })).status === 0)
    return ['docker', 'compose']
  if ((await run('docker-compose', ['version'], { env })).status === 0) return ['docker-compose']
  throw new Error(
    'compose is not there: apt-get install docker-compose, or the plugin docker compose',
  )
}
