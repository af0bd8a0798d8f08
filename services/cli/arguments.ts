import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { allSettings } from '#shared/config.ts'
import { suggestion } from '#shared/nearest.ts'
import { type Arguments, type Command, type Option, UsageError } from './command.ts'
import { commonOptions } from './help.ts'

/** Settings as options, so that each is a flag of every command. */
const settingOptions: ParseArgsOptionsConfig = Object.fromEntries(
  allSettings.map(({ flag }) => [flag, { type: 'string', multiple: true }]),
)

/**
 * Reads what stands behind the name of a command: its own options, the common ones and settings.
 * @throws UsageError with a suggestion for unknown flags.
 */
export function argumentsOf(command: Command, argv: readonly string[]): Arguments {
  const options = {
    ...settingOptions,
    ...parseable(commonOptions),
    ...parseable(command.options),
  }
  try {
    const { positionals, values } = parseArgs({ args: [...argv], options, allowPositionals: true })
    return { positionals, values }
  } catch (error) {
    throw usageError(error, Object.keys(options))
  }
}

/** parseArgs knows neither prose nor placeholders, and wants optional parts absent. */
function parseable(options: Readonly<Record<string, Option>>): ParseArgsOptionsConfig {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, multiple = false, short }]) => [
      name,
      { type, multiple, ...(short !== undefined && { short }) },
    ]),
  )
}

/** Node says which option it does not know only within its message, between quotes. */
function usageError(error: unknown, known: readonly string[]): unknown {
  if (!(error instanceof TypeError) || !('code' in error)) return error
  if (!String(error.code).startsWith('ERR_PARSE_ARGS')) return error
  const option = /^Unknown option '(-+)([^']*)'/.exec(error.message)
  if (option === null) return new UsageError(error.message)
  const [, dashes = '', name = ''] = option
  const hint = dashes === '--' ? suggestion(name, known).replace(' "', ' "--') : ''
  return new UsageError(`Unknown flag ${dashes}${name}.${hint}`)
}
