import { parse } from 'yaml'
import { type Config, ConfigError, configFrom } from '#shared/config.ts'
import { reasonOf, Transient, Unusable } from '#shared/errors.ts'
import { suggestion } from '#shared/nearest.ts'
import { printable } from '#shared/printable.ts'
import { argumentsOf } from './arguments.ts'
import { type Arguments, type Command, type Context, exit, textOf, UsageError } from './command.ts'
import { helpOf, overview, settingsHelp, usageOf } from './help.ts'

/** What dispatch needs of the process, so that a test can give it another one. */
export type Surroundings = Omit<Context, 'config'> & {
  /** The text of a file, its path relative to `cwd`; undefined if there is none. */
  readonly readText: (path: string) => string | undefined
}

/**
 * Finds the command that `argv` names, runs it with its settings, and resolves to the exit status.
 * Never rejects: failures become a message on standard error and a status.
 */
export async function dispatch(
  argv: readonly string[],
  commands: readonly Command[],
  surroundings: Surroundings,
): Promise<number> {
  const [name = 'help', ...rest] = argv
  const builtIn = Object.hasOwn(builtIns, name) ? builtIns[name] : undefined
  const command = commands.find((c) => c.name === name)
  try {
    if (builtIn !== undefined) return builtIn(rest, commands, surroundings)
    if (command === undefined) throw unknownCommand(name, commands)
    return await runCommand(command, rest, surroundings)
  } catch (error) {
    return failed(error, command, surroundings)
  }
}

type BuiltIn = (
  argv: readonly string[],
  commands: readonly Command[],
  surroundings: Surroundings,
) => number

const help: BuiltIn = ([topic], commands, { stdout }) => {
  stdout.write(topic === undefined ? overview(commands) : helpOn(topic, commands))
  return exit.fine
}

const version: BuiltIn = (_argv, _commands, surroundings) => {
  surroundings.stdout.write(`${surroundings.version}\n`)
  return exit.fine
}

const builtIns: Readonly<Record<string, BuiltIn>> = {
  help,
  '--help': help,
  '-h': help,
  version,
  '--version': version,
}

function helpOn(topic: string, commands: readonly Command[]): string {
  if (topic === 'settings') return settingsHelp()
  const command = commands.find(({ name }) => name === topic)
  if (command === undefined) throw unknownCommand(topic, commands)
  return helpOf(command)
}

async function runCommand(
  command: Command,
  argv: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const args = argumentsOf(command, argv)
  if (args.values['help'] === true) return help([command.name], [command], surroundings)
  if (args.values['version'] === true) return version([], [], surroundings)
  const config = settingsFor(args, surroundings)
  return command.run(args, { ...surroundings, config })
}

function settingsFor(args: Arguments, surroundings: Surroundings): Config {
  const file = settingsFile(textOf(args, 'config'), surroundings)
  const { environment } = surroundings
  return configFrom({ environment, flags: args.values, ...(file !== undefined && { file }) })
}

function settingsFile(named: string | undefined, { readText }: Surroundings) {
  const name = named ?? 'keytrail.yaml'
  const text = readText(name)
  if (text !== undefined) return { name, content: parsedYaml(name, text) }
  if (named === undefined) return undefined
  throw new ConfigError([`--config: "${named}" is not allowed; allowed: a file that can be read`])
}

/** Aliases are refused beyond a few: nested ones make a small file a huge value. */
function parsedYaml(name: string, text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 20 })
  } catch (error) {
    throw new ConfigError([`${name}: ${reasonOf(error)}`])
  }
}

function unknownCommand(name: string, commands: readonly Command[]): UsageError {
  const known = commands.map((command) => command.name)
  return new UsageError(`Unknown command "${name}".${suggestion(name, known)} See keytrail --help.`)
}

/** Tells a failure to the user in the words of its kind. */
function failed(error: unknown, command: Command | undefined, { stderr }: Surroundings): number {
  const { status, text } = told(error, command)
  stderr.write(`${text.split('\n').map(printable).join('\n')}\n`)
  return status
}

function told(error: unknown, command: Command | undefined): { status: number; text: string } {
  if (error instanceof UsageError) {
    const usage = command === undefined ? '' : `\n${usageOf(command)}`
    return { status: exit.usage, text: error.message + usage }
  }
  if (error instanceof ConfigError) return { status: exit.usage, text: error.message }
  if (error instanceof Transient || error instanceof Unusable)
    return { status: exit.failed, text: error.message }
  const stack = error instanceof Error ? (error.stack ?? error.message) : reasonOf(error)
  return { status: exit.failed, text: `This is a fault of keytrail, please report it:\n${stack}` }
}
