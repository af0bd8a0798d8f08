import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../services/cli/main.ts', import.meta.url))

export type Said = { readonly status: number; readonly out: string; readonly err: string }

/** The product as its users have it: a command line in a folder with a keytrail.yaml. */
export type Keytrail = {
  /** Runs one command to its end. */
  readonly run: (...argv: readonly string[]) => Promise<Said>
  /** Starts `serve`; resolves once its doors are open. */
  readonly serve: () => Promise<Served>
}

export type Served = {
  /** Address of its doors. */
  readonly url: string
  /** What it logged, line by line. */
  readonly log: readonly string[]
  readonly stop: () => Promise<number>
  readonly signal: (name: NodeJS.Signals) => void
  /** Its exit status, once it has ended; null if by force. */
  readonly ended: Promise<number | null>
  /** Ends it as a machine does that loses its power. */
  readonly kill: () => Promise<void>
}

/** @param secrets environment variables that hold what no settings file may */
export function keytrailIn(folder: string, secrets: Readonly<Record<string, string>>): Keytrail {
  const start = (argv: readonly string[]): ChildProcess =>
    spawn(process.execPath, [cli, ...argv], {
      cwd: folder,
      env: { ...process.env, ...secrets, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  return {
    async run(...argv) {
      const child = start(argv)
      const [out, err, [status]] = await Promise.all([
        child.stdout ? text(child.stdout) : '',
        child.stderr ? text(child.stderr) : '',
        once(child, 'close') as Promise<[number | null]>,
      ])
      return { status: status ?? 1, out, err }
    },
    async serve() {
      const child = start(['serve'])
      const log: string[] = []
      const ended = once(child, 'close') as Promise<[number | null]>
      const url = await new Promise<string>((resolve, reject) => {
        let rest = ''
        child.stderr?.on('data', (chunk: Buffer) => {
          const lines = (rest + chunk.toString()).split('\n')
          rest = lines.pop() ?? ''
          log.push(...lines)
          const open = lines.map(urlOf).find((each) => each !== undefined)
          if (open !== undefined) resolve(open)
        })
        void ended.then(([status]) =>
          reject(new Error(`keytrail serve ended (${status}):\n${[...log, rest].join('\n')}`)),
        )
      })
      return {
        url,
        log,
        signal: (name) => void child.kill(name),
        ended: ended.then(([status]) => status),
        async kill() {
          child.kill('SIGKILL')
          await ended
        },
        async stop() {
          child.kill('SIGTERM')
          const [status] = await ended
          return status ?? 1
        },
      }
    },
  }
}

/** The line that says where the doors are. */
function urlOf(line: string): string | undefined {
  if (!line.includes('doors are open')) return undefined
  const { url } = JSON.parse(line) as { readonly url?: string }
  return url
}
