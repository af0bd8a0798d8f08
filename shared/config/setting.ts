import { z } from 'zod'

/** One setting: what it may be, what it is otherwise, and what to tell about it. */
export type Setting<T> = {
  readonly schema: z.ZodType<T>
  readonly fallback: T
  /** What it does, for help and docs: a phrase that starts with a capital letter, no full stop. */
  readonly prose: string
  /** What is allowed, to end the sentence `… is not allowed; allowed: …`. */
  readonly allowed: string
  /** How the value is shown in a usage line, such as `N`. */
  readonly placeholder: string
  /** Value of an environment variable or a flag → value to check; text that cannot be one stays text. */
  readonly fromText: (text: string) => unknown
  /** Its value may hold what nobody should read by mistake: messages say where it is wrong, never what it is. */
  readonly hidden?: true
}

/** A whole number between two bounds, both allowed. `unit` is shown behind the bounds. */
export function count(options: {
  readonly fallback: number
  readonly min: number
  readonly max: number
  readonly unit?: string
  readonly prose: string
}): Setting<number> {
  const { fallback, min, max, unit, prose } = options
  return {
    schema: z.int().min(min).max(max),
    fallback,
    prose,
    allowed: `a whole number from ${min} to ${max}${unit === undefined ? '' : ` (${unit})`}`,
    placeholder: 'N',
    // Number('') is 0, which nobody meant.
    fromText: (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : text),
  }
}

/** A list of names; as text, separated by commas. */
export function names(options: {
  readonly fallback: readonly string[]
  readonly each: string
  readonly pattern?: RegExp
  readonly prose: string
}): Setting<readonly string[]> {
  const { fallback, each, pattern = /\S/, prose } = options
  return {
    schema: z.array(z.string().max(2048).regex(pattern)).max(10_000).readonly(),
    fallback,
    prose,
    allowed: `a list of ${each}`,
    placeholder: 'NAME[,NAME]',
    fromText: (text) =>
      text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
  }
}

/** A regular expression that must have at least one of the named groups; absent unless set. */
export function pattern(options: {
  readonly groups: readonly string[]
  readonly prose: string
}): Setting<string | undefined> {
  const { groups, prose } = options
  const isUsable = (text: string) => hasNamedGroup(text, groups)
  return {
    schema: z.string().max(500).refine(isUsable).optional(),
    fallback: undefined,
    prose,
    allowed: `a JavaScript regular expression with a group ${groups.map((g) => `(?<${g}>…)`).join(' or ')}`,
    placeholder: 'REGEX',
    fromText: (text) => text,
  }
}

function hasNamedGroup(text: string, groups: readonly string[]): boolean {
  try {
    const expression = new RegExp(text, 'u')
    // An alternative that is empty always matches, and the match lists every named group.
    const found = new RegExp(`${expression.source}|`, 'u').exec('')?.groups ?? {}
    return groups.some((group) => group in found)
  } catch {
    return false
  }
}

/** Path of a file. */
export function path(options: {
  readonly fallback: string
  readonly prose: string
}): Setting<string> {
  return {
    schema: z
      .string()
      .min(1)
      .max(4096)
      .regex(/^[^\0]*$/),
    fallback: options.fallback,
    prose: options.prose,
    allowed: 'the path of a file; a relative one counts from the working directory',
    placeholder: 'FILE',
    fromText: (text) => text,
  }
}

/** A switch; as text, `true` or `false`. */
export function flag(options: {
  readonly fallback: boolean
  readonly prose: string
}): Setting<boolean> {
  return {
    schema: z.boolean(),
    fallback: options.fallback,
    prose: options.prose,
    allowed: 'true or false',
    placeholder: 'true|false',
    fromText: (text) => (text === 'true' ? true : text === 'false' ? false : text),
  }
}

/** A short text of one form; '' where it is not set, if the form allows that. */
export function text(options: {
  readonly fallback: string
  readonly form: RegExp
  readonly allowed: string
  readonly placeholder: string
  readonly prose: string
}): Setting<string> {
  const { fallback, form, allowed, placeholder, prose } = options
  return {
    schema: z.string().max(4096).regex(form),
    fallback,
    prose,
    allowed,
    placeholder,
    fromText: (given) => given,
  }
}
