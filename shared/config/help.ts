import { allSettings, type NamedSetting } from './settings.ts'

/** The settings as a text of at most 100 columns for the terminal. */
export function settingsHelp(): string {
  const lines = allSettings.map((setting) => {
    const flag = `  --${setting.flag} ${setting.placeholder}`
    return `${flag}\n      ${wrapped(describe(setting), 6)}`
  })
  const intro =
    'Settings, for every command: as flag, as environment variable (KEYTRAIL_…, upper case with ' +
    'underscores), or in keytrail.yaml; a flag wins over a variable, a variable over the file.'
  return `${wrapped(intro, 0)}\n\n${lines.join('\n')}\n`
}

/** The settings as a page of Markdown. */
export function settingsPage(): string {
  const rows = allSettings.map(
    (s) =>
      `| \`${s.key}\` | \`${s.variable}\` | \`--${s.flag}\` | ${defaultOf(s)} | ${cell(s.prose)}. Allowed: ${cell(s.allowed)} |`,
  )
  return [
    '# Settings',
    '',
    'Generated from shared/config/settings.ts. A flag wins over an environment variable, a variable',
    'over `keytrail.yaml` in the working directory (or the file named by `--config`), that over the',
    'default. In the file, `tags.task` means `task` below `tags`.',
    '',
    '| in the file | variable | flag | default | meaning |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function describe(setting: NamedSetting): string {
  return `${setting.prose}. ${capital(setting.allowed)}; default: ${defaultOf(setting)}.`
}

function defaultOf({ fallback }: NamedSetting): string {
  if (Array.isArray(fallback)) return fallback.length === 0 ? 'empty' : fallback.join(', ')
  return fallback === undefined ? 'none' : JSON.stringify(fallback)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
}

const columns = 100

/** Breaks a text into lines between words; lines after the first start with `indent` blanks. */
export function wrapped(text: string, indent: number): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    const joined = last === undefined ? word : `${last} ${word}`
    if (last === undefined || joined.length > columns - indent) lines.push(word)
    else lines[lines.length - 1] = joined
  }
  return lines.join(`\n${' '.repeat(indent)}`)
}
