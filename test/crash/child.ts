import { writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { commands } from '#services/cli/commands.ts'
import type { Command } from '#services/cli/command.ts'
import { dispatch } from '#services/cli/dispatch.ts'
import { surroundings } from '#services/cli/process.ts'
import { serveWith } from '#services/cli/serve.ts'
import type { CrashPoint } from '#services/serve/crash-points.ts'
import { builds, type BuildName } from './builds.ts'

/** One life of `keytrail serve` in its folder. */
export type Life = {
  /** Where it kills itself; undefined: nowhere. */
  readonly point?: CrashPoint | undefined
  /** The log is forgotten as soon as it may be: sooner than any setting allows. */
  readonly forgets: boolean
  /** Which build of the product it is; undefined: this one. */
  readonly build?: BuildName
}

/** What stands before the point on standard output, where nothing else is written. */
export const killedAt = 'killed at '

/** The real command with the real adapters; what is not of the product is who listens how far it has come. */
export async function live({ point, forgets, build }: Life): Promise<void> {
  // A process that is killed leaves nothing by itself.
  flushCompileCache()
  const at = (here: CrashPoint): void => {
    if (here !== point) return
    writeSync(1, `${killedAt}${here}\n`)
    process.kill(process.pid, 'SIGKILL')
  }
  const built = build === undefined ? commands : commands.map((each) => ofBuild(each, build))
  const all = forgets ? built.map(forgetful) : built
  const here = surroundings(at)
  process.exitCode = await dispatch(['serve'], all, here)
  here.ended()
}

const ofBuild = (command: Command, build: BuildName): Command =>
  command.name === 'serve' ? serveWith(builds[build]) : command

const forgetful = (command: Command): Command => ({
  ...command,
  run: (args, context) => {
    const { config } = context
    const serve = { ...config.serve, keepDays: 0 }
    return command.run(args, { ...context, config: { ...config, serve } })
  },
})
