import { files } from '#infra/files/files.ts'
import { memoryEffects } from '#infra/memory/effects.ts'
import { commands } from '#services/cli/commands.ts'
import { dispatch } from '#services/cli/dispatch.ts'

/** Runs the command line as a process would, over real files, with its output in texts. */
export async function keytrail(...argv: readonly string[]) {
  const out: string[] = []
  const err: string[] = []
  const status = await dispatch(argv, commands, {
    stdout: { write: (text) => out.push(text), isTerminal: false },
    stderr: { write: (text) => err.push(text), isTerminal: false },
    files,
    effects: memoryEffects,
    environment: {},
    cwd: import.meta.dirname,
    version: 'test',
    readText: () => undefined,
  })
  return { status, out: out.join(''), err: err.join('') }
}

/** JSON lines, parsed. */
export const linesOf = (text: string): { readonly type?: string }[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { type?: string })
