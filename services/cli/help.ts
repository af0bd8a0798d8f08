import { settingsHelp, wrapped } from '#shared/config/help.ts'
import type { Command, Option } from './command.ts'

/** Options that every command takes, besides the settings. */
export const commonOptions = {
  config: {
    type: 'string',
    placeholder: 'FILE',
    prose: 'Settings file; without it keytrail.yaml in the working directory, if there is one',
  },
  help: { type: 'boolean', short: 'h', prose: 'Show this help' },
  version: { type: 'boolean', prose: 'Show the version' },
} as const satisfies Record<string, Option>

/** What `keytrail` and `keytrail --help` print. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(0, ...commands.map(({ name }) => name.length))
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return [
    'keytrail: follows every credential an AI agent uses back to the agent and the task that hold it.',
    '',
    'Usage: keytrail COMMAND [ARGUMENTS]',
    '',
    ...rows,
    '',
    'More: keytrail help COMMAND, keytrail help settings',
    '',
  ].join('\n')
}

/** What `keytrail help COMMAND` prints. */
export function helpOf(command: Command): string {
  const own = Object.entries({ ...command.options, ...commonOptions })
  const options = own.map(([name, option]) => optionHelp(name, option))
  return [
    `keytrail ${command.name}: ${command.summary}`,
    '',
    usageOf(command),
    '',
    ...options,
    '',
    'Settings are flags too: keytrail help settings',
    '',
  ].join('\n')
}

/** What `keytrail help settings` prints. */
export { settingsHelp }

/** The line that an error of usage ends with. */
export function usageOf(command: Command): string {
  return `Usage: keytrail ${command.name} ${command.usage}`.trimEnd()
}

function optionHelp(name: string, option: Option): string {
  const short = option.short === undefined ? '' : `-${option.short}, `
  const value = option.type === 'string' ? ` ${option.placeholder ?? 'VALUE'}` : ''
  return `  ${short}--${name}${value}\n      ${wrapped(`${option.prose}.`, 6)}`
}
