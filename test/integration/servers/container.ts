import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { must, run } from '#test/containers/run.ts'
import { lastWill } from './processes.ts'

/** How long a server in a container may take to be ready, and to end when asked, ms. */
export const readyMs = 120_000
const graceMs = 15_000

/** Why an image can be had neither from the engine nor from where it pulls; undefined if it can. */
export async function canHave(image: string): Promise<string | undefined> {
  if ((await run('docker', ['image', 'inspect', image])).status === 0) return undefined
  const { status, err } = await run('docker', ['pull', '--quiet', image])
  return status === 0 ? undefined : (err.trim().split('\n').at(-1) ?? 'no reason')
}

/** The machine on which published ports of containers are: that of the engine. */
export const engineHost = (): string =>
  URL.parse((process.env['DOCKER_HOST'] ?? '').replace(/^tcp:/, 'http:'))?.hostname || here

const here = '127.0.0.1'

/** A network in which containers find one another by name. */
export async function newNetwork(): Promise<{ name: string; close: () => Promise<void> }> {
  const name = `keytrail-test-${randomUUID()}`
  // Its containers go first.
  const kept = lastWill('sleep 5; docker network rm "$1"', [name])
  await must('docker', ['network', 'create', name])
  return {
    name,
    close: async () => {
      await must('docker', ['network', 'rm', name])
      kept()
    },
  }
}

export type Described = {
  readonly image: string
  /** Port of this machine by port of the container. */
  readonly ports: ReadonlyMap<number, number>
  /** For `docker create`, as they are. */
  readonly options?: readonly string[]
  /** Run by a shell instead of what the image runs. */
  readonly script?: string
  /** Files below a folder that is there before it starts. */
  readonly files?: { readonly folder: string; readonly texts: Readonly<Record<string, string>> }
}

/** A container with one server in it, that a test may disturb. */
export type ServerContainer = {
  /** Of the server, as the machine of the engine numbers it; another one after each start. */
  readonly pid: number
  /** Sends a signal at once, and resolves when the server has gone; for SIGSTOP and SIGCONT it does not wait. */
  readonly signal: (signal: NodeJS.Signals) => Promise<void>
  /** Sends a signal at once to a process that the server numbers so. */
  readonly signalOne: (pid: number, signal: NodeJS.Signals) => void
  /** Starts it, again with what it kept. It may not be ready yet. */
  readonly start: () => void
  readonly isGone: () => boolean
  /** The end of what it wrote since it was started last. */
  readonly log: () => string
  readonly close: () => Promise<void>
}

/** Whose a container is. */
const label = 'keytrail.test.owner'

/** Starts a server. It does not outlive this process, however that ends. */
export async function startContainer(described: Described): Promise<ServerContainer> {
  const owner = `${label}=${randomUUID()}`
  const kept = lastWill(
    'docker ps --all --quiet --filter "label=$1" | xargs -r docker rm --force --volumes',
    [owner],
  )
  try {
    const container = serverIn(await created(described, owner), kept)
    container.start()
    return container
  } catch (thrown) {
    kept()
    throw thrown
  }
}

async function created(described: Described, owner: string): Promise<string> {
  const { image, ports, options = [], script, files } = described
  const host = engineHost()
  const published = [...ports].map(
    ([inside, outside]) => `--publish=${host === here ? `${here}:` : ''}${outside}:${inside}`,
  )
  const shell = script === undefined ? [] : ['--entrypoint=/bin/sh']
  const args = ['create', `--label=${owner}`, ...published, ...options, ...shell, image]
  const command = script === undefined ? [] : ['-c', script]
  const id = (await must('docker', [...args, ...command])).trim()
  if (!files) return id
  const folder = mkdtempSync(join(tmpdir(), 'keytrail-container-'))
  // Whoever the container runs as may read them.
  chmodSync(folder, 0o755)
  for (const [name, text] of Object.entries(files.texts))
    writeFileSync(join(folder, name), text, { mode: 0o644 })
  await must('docker', ['cp', `${folder}/.`, `${id}:${files.folder}`])
  rmSync(folder, { recursive: true })
  return id
}

function serverIn(id: string, kept: () => void): ServerContainer {
  let isClosed = false
  let pid = 0
  // At once: a test that waits in one line until a server has gone lets nothing else happen meanwhile.
  const docker = (...args: readonly string[]): string =>
    execFileSync('docker', args, { stdio: 'pipe' }).toString()
  const state = (field: string): string =>
    docker('inspect', '--format', `{{.State.${field}}}`, id).trim()
  const isGone = (): boolean => isClosed || state('Running') !== 'true'
  const signal = async (name: NodeJS.Signals): Promise<void> => {
    if (isGone()) return
    docker('kill', `--signal=${name}`, id)
    if (name !== 'SIGSTOP' && name !== 'SIGCONT') await must('docker', ['wait', id])
  }
  return {
    get pid() {
      return pid
    },
    signal,
    // An image has a shell, and not always a program of this name.
    signalOne: (inside, name) =>
      void docker(
        'exec',
        '--user=0',
        id,
        'sh',
        '-c',
        `kill -${name.slice('SIG'.length)} ${inside}`,
      ),
    start() {
      docker('start', id)
      pid = Number(state('Pid'))
    },
    isGone,
    log: () =>
      execFileSync(
        'sh',
        ['-c', 'docker logs --since "$1" --tail 1000 "$2" 2>&1', 'sh', state('StartedAt'), id],
        { stdio: 'pipe', maxBuffer: 64 * 1024 * 1024 },
      ).toString(),
    async close() {
      if (isClosed) return
      await signal('SIGCONT')
      const late = sleep(graceMs, 'late', { ref: false })
      if ((await Promise.race([signal('SIGTERM'), late])) === 'late') await signal('SIGKILL')
      await must('docker', ['rm', '--force', '--volumes', id])
      isClosed = true
      kept()
    },
  }
}
