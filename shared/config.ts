import { suggestion } from '#shared/nearest.ts'
import { allSettings, type Config, type NamedSetting, variablePrefix } from './config/settings.ts'

export type { Config } from './config/settings.ts'
export { allSettings } from './config/settings.ts'

/** Where values may come from, weakest first; all three parts may be absent. */
export type ConfigSources = {
  /** What the YAML file says, already parsed, and the name to call it by in messages. */
  readonly file?: { readonly name: string; readonly content: unknown }
  /** The environment; only names that start with `KEYTRAIL_` are read. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Values of flags by name without dashes; a flag may be repeated. */
  readonly flags?: Readonly<Record<string, FlagValue>>
}
type FlagValue = string | boolean | readonly (string | boolean)[] | undefined

/** All that is wrong with the settings, one sentence for each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/**
 * Settings from all sources; a flag wins over the environment, that over the file, that over the
 * default. Lists are replaced as a whole, never merged.
 * @throws ConfigError naming each wrong setting, its value, its source and what is allowed.
 */
export function configFrom(sources: ConfigSources = {}): Config {
  const read = [
    fromFile(sources.file),
    fromEnvironment(sources.environment ?? {}),
    fromFlags(sources.flags ?? {}),
  ]
  const given = read.flatMap((source) => source.given)
  const problems = [...read.flatMap((source) => source.problems), ...given.flatMap(problemOf)]
  if (problems.length > 0) throw new ConfigError(problems)
  // What the schema makes of a value, so that parts which were left out have their defaults.
  const byKey = new Map(
    given.map(({ setting, value }) => [setting.key, setting.schema.parse(value)]),
  )
  // The one cast: the table gives both the entries here and the type, and each value was checked.
  return treeOf(allSettings.map((s) => [s.path, byKey.get(s.key) ?? s.fallback])) as Config
}

/** A value that some source gives to a setting. */
type Given = { readonly setting: NamedSetting; readonly value: unknown; readonly source: string }
type Read = { readonly given: readonly Given[]; readonly problems: readonly string[] }

function fromFile(file: ConfigSources['file']): Read {
  // An empty YAML document is null: a file in which every line is a comment.
  if (file === undefined || file.content === null || file.content === undefined) return nothing
  if (!isObject(file.content)) {
    const problem = `${file.name}: not allowed as a whole; allowed: settings, as KEY: VALUE`
    return { given: [], problems: [problem] }
  }
  return fromObject(file.content, file.name, '')
}

const nothing: Read = { given: [], problems: [] }

function fromObject(object: Record<string, unknown>, source: string, prefix: string): Read {
  const read = Object.entries(object).map(([name, value]) =>
    fromEntry(prefix + name, value, source),
  )
  return { given: read.flatMap((r) => r.given), problems: read.flatMap((r) => r.problems) }
}

function fromEntry(key: string, value: unknown, source: string): Read {
  const setting = byKey.get(key)
  // `tags:` with nothing behind it says nothing.
  if (value === null && (setting !== undefined || isGroup(key))) return nothing
  if (setting !== undefined) return { given: [{ setting, value, source }], problems: [] }
  if (!isGroup(key)) return unknown(key, source, byKey.keys())
  if (isObject(value)) return fromObject(value, source, `${key}.`)
  const problem = `${key}: ${shown(value)} (from ${source}) is not allowed; allowed: settings below it`
  return { given: [], problems: [problem] }
}

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Read {
  const ours = Object.entries(environment).filter(([name]) => name.startsWith(variablePrefix))
  const read = ours.map(([name, text]) => {
    const setting = byVariable.get(name)
    if (setting === undefined) return unknown(name, 'the environment', byVariable.keys())
    if (text === undefined || text === '') return nothing
    return { given: [{ setting, value: setting.fromText(text), source: name }], problems: [] }
  })
  return { given: read.flatMap((r) => r.given), problems: read.flatMap((r) => r.problems) }
}

function fromFlags(flags: Readonly<Record<string, FlagValue>>): Read {
  const given = allSettings.flatMap((setting) => {
    const value = flags[setting.flag]
    if (value === undefined) return []
    const text = [value].flat().join(',')
    return [{ setting, value: setting.fromText(text), source: `--${setting.flag}` }]
  })
  return { given, problems: [] }
}

function unknown(name: string, source: string, known: Iterable<string>): Read {
  const problem = `${name} (from ${source}) is not a setting.${suggestion(name, known)}`
  return { given: [], problems: [problem] }
}

function problemOf({ setting, value, source }: Given): string[] {
  const checked = setting.schema.safeParse(value)
  if (checked.success) return []
  const { key, allowed } = setting
  if (setting.hidden) return checked.error.issues.slice(0, 5).map(wrongAt(key, source))
  return [`${key}: ${shown(value)} (from ${source}) is not allowed; allowed: ${allowed}`]
}

/** Where in a value, and what it should be, without the value. */
const wrongAt =
  (key: string, source: string) =>
  ({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }) =>
    `${[key, ...path.map(String)].join('.')} (from ${source}) is not allowed: ${message}`

/** Values come from outside, and the sentence should stay one line. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

function treeOf(entries: readonly (readonly [readonly string[], unknown])[]): object {
  const tree: Record<string, unknown> = {}
  for (const [path, value] of entries) {
    const [group = '', name] = path
    if (name === undefined) tree[group] = value
    else tree[group] = { ...(tree[group] as object | undefined), [name]: value }
  }
  return tree
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isGroup(key: string): boolean {
  return groups.has(key)
}

const byKey = new Map(allSettings.map((setting) => [setting.key, setting]))
const byVariable = new Map(allSettings.map((setting) => [setting.variable, setting]))
const groups = new Set(allSettings.filter((s) => s.path.length > 1).map((s) => s.path[0] ?? ''))
