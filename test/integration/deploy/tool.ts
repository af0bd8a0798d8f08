import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, type Ended } from '#test/containers/run.ts'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
export const deploy = join(root, 'infra', 'deploy')
export const chart = join(deploy, 'helm', 'keytrail')

/** Where `npm run tools` (scripts/tools.mjs) puts what it gets. */
const fetched = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'keytrail-tools',
  '1',
)

/** Runs a tool that is not of npm. @throws Error that says how to get it */
export async function tool(
  name: string,
  args: readonly string[],
  cwd = root,
  more: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const path = [process.env['PATH'], fetched].filter(Boolean).join(delimiter)
  const ended = await run(name, args, { cwd, env: { ...process.env, PATH: path, ...more } })
  if (ended.status !== 127) return ended
  const how = name === 'terraform' ? 'install terraform' : 'npm run tools gets it'
  throw new Error(
    `${name} is not there: ${how}, or leave it out with npm test -- --without ${name}`,
  )
}
