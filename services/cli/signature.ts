import { type Arguments, type Context, textOf } from './command.ts'

/**
 * Whom the audit names: what people say by `--by`, else the user of this machine. Services and containers set none of the
 * variables, so then the operating system is asked.
 */
export function signatureOf(args: Arguments, { environment, machine }: Context): string {
  const { USER, LOGNAME, USERNAME } = environment
  const said = [USER, LOGNAME, USERNAME].find((name) => name !== undefined && name !== '')
  return textOf(args, 'by') ?? said ?? machine.user()
}
