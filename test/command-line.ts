import { memoryEffects } from '#infra/memory/effects.ts'
import type { Files } from '#shared/ports/sources.ts'
import { commands } from '#services/cli/commands.ts'
import { dispatch } from '#services/cli/dispatch.ts'
import { noMachine } from '#test/machine.ts'

/** A disk of texts by name; a folder is what its files' names begin with. */
const diskOf = (texts: Readonly<Record<string, string>>): Files => ({
  find: async (paths) => {
    const sources = Object.entries(texts)
      .filter(([name]) => paths.some((path) => name === path || name.startsWith(`${path}/`)))
      .map(([name, text]) => ({
        name,
        size: text.length,
        open: async function* () {
          yield await Promise.resolve(Buffer.from(text))
        },
      }))
    const unread = paths
      .filter((path) => !sources.some(({ name }) => name === path || name.startsWith(`${path}/`)))
      .map((path) => ({ path, reason: 'no such file' }))
    return await Promise.resolve({ sources, unread })
  },
  gunzip: (bytes) => bytes,
})

export type Disk = Files | Readonly<Record<string, string>>

/** Runs the command line as a process would, over a disk of texts or the real one, with its output in texts. */
export async function commandLine(
  disk: Disk,
  argv: readonly string[],
  isTerminal = false,
  machine = noMachine,
) {
  const out: string[] = []
  const err: string[] = []
  const status = await dispatch(argv, commands, {
    stdout: { write: (text) => out.push(text), isTerminal },
    stderr: { write: (text) => err.push(text), isTerminal: false },
    files: isFiles(disk) ? disk : diskOf(disk),
    effects: memoryEffects,
    machine,
    environment: {},
    cwd: import.meta.dirname,
    version: 'test',
    readText: (path) => (isFiles(disk) ? undefined : disk[path]),
  })
  return { status, out: out.join(''), err: err.join('') }
}

const isFiles = (disk: Disk): disk is Files => typeof disk['find'] === 'function'

export type Line = { readonly type?: string } & Readonly<Record<string, unknown>>

/** JSON lines, parsed. */
export const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
