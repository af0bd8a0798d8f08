import { spawn } from 'node:child_process'

export type Ended = { readonly status: number | null; readonly out: string; readonly err: string }

export type RunOptions = {
  readonly env?: NodeJS.ProcessEnv
  /** Against hanging only, ms. */
  readonly limit?: number
  readonly cwd?: string
}

/** Bytes of output that are kept of each stream: the end, where failures are told. */
const keptMax = 1_000_000

/** Runs a command to its end. A command that is not there ends with status 127, as in a shell. */
export function run(
  command: string,
  args: readonly string[],
  { env = process.env, limit = 600_000, cwd }: RunOptions = {},
): Promise<Ended> {
  const child = spawn(command, args, {
    env,
    ...(cwd !== undefined && { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limit,
    killSignal: 'SIGKILL',
  })
  const text = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (text.out = (text.out + String(chunk)).slice(-keptMax)))
  child.stderr.on('data', (chunk) => (text.err = (text.err + String(chunk)).slice(-keptMax)))
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve({ status: 127, out: '', err: message }))
    child.once('close', (status) => resolve({ status, ...text }))
  })
}

/** Runs a command that must succeed. @throws Error with the end of what it said */
export async function must(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { status, out, err } = await run(command, args, options)
  if (status === 0) return out
  const said = `${out}\n${err}`.trim().split('\n').slice(-20).join('\n')
  throw new Error(`${command} ${args.join(' ')}: status ${status}\n${said}`)
}

/** Asks again until there is an answer. @throws Error that says what did not come */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  { times = 240, pauseMs = 500 } = {},
): Promise<T> {
  for (let i = 0; i < times; i++) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  throw new Error(`${what}: did not come within ${Math.round((times * pauseMs) / 1000)} s`)
}
