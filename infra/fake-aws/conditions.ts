import { Malformed } from './errors.ts'

/** Condition keys of one request, lower case: IAM compares their names so (IAM User Guide, "condition"). */
export type Context = ReadonlyMap<string, readonly string[]>

type Test = (actual: string, wanted: string) => boolean

/** `*` and `?` as in IAM; everything else is text. */
export function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
  return new RegExp(`^${source}$`, 's').test(text)
}

const sameIgnoringCase: Test = (a, b) => a.toLowerCase() === b.toLowerCase()
const time = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text))

/** Operators by their names without `Not`, `IfExists` and quantifiers. What is not here is refused when it is written. */
const tests: Readonly<Record<string, Test>> = {
  StringEquals: (a, b) => a === b,
  StringEqualsIgnoreCase: sameIgnoringCase,
  StringLike: (a, b) => matches(b, a),
  ArnEquals: (a, b) => matches(b, a),
  ArnLike: (a, b) => matches(b, a),
  Bool: sameIgnoringCase,
  NumericEquals: (a, b) => Number(a) === Number(b),
  NumericLessThan: (a, b) => Number(a) < Number(b),
  NumericLessThanEquals: (a, b) => Number(a) <= Number(b),
  NumericGreaterThan: (a, b) => Number(a) > Number(b),
  NumericGreaterThanEquals: (a, b) => Number(a) >= Number(b),
  DateEquals: (a, b) => time(a) === time(b),
  DateLessThan: (a, b) => time(a) < time(b),
  DateLessThanEquals: (a, b) => time(a) <= time(b),
  DateGreaterThan: (a, b) => time(a) > time(b),
  DateGreaterThanEquals: (a, b) => time(a) >= time(b),
}

type Operator = {
  readonly quantifier: 'any' | 'all' | undefined
  readonly test: Test
  readonly negated: boolean
  readonly ifExists: boolean
}

function operatorOf(name: string): Operator | 'Null' {
  if (name === 'Null') return 'Null'
  const parts = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/.exec(name)
  const bare = (parts?.[2] ?? '').replace(/^(String|Arn|Numeric|Date)Not/, '$1')
  const test = tests[bare]
  if (!parts || !test) throw new Malformed(`Invalid condition operator: ${name}`)
  return {
    quantifier: parts[1] === undefined ? undefined : parts[1] === 'ForAnyValue' ? 'any' : 'all',
    test,
    negated: bare !== parts[2],
    ifExists: parts[3] !== undefined,
  }
}

/** One line of a Condition block: an operator, a key, the values that it is held against. */
export type Condition = {
  readonly key: string
  readonly values: readonly string[]
  readonly operator: Operator | 'Null'
}

export function conditionOf(operator: string, key: string, values: readonly string[]): Condition {
  return { key: key.toLowerCase(), values, operator: operatorOf(operator) }
}

/**
 * Whether a condition holds (IAM User Guide, "condition operators"): values are ORed; a key that the request lacks makes it
 * fail, but for negated operators, `IfExists`, `Null` and `ForAllValues`.
 */
export function holds({ key, values, operator }: Condition, context: Context): boolean {
  const actual = context.get(key)
  if (operator === 'Null') return values.includes(String(actual === undefined))
  const { quantifier, test, negated, ifExists } = operator
  if (actual === undefined || actual.length === 0) {
    return quantifier === 'any' ? false : ifExists || negated || quantifier === 'all'
  }
  const wanted = values.map((value) => expanded(value, context))
  const fits = (value: string) => wanted.some((want) => test(value, want)) !== negated
  return quantifier === 'any' ? actual.some(fits) : actual.every(fits)
}

/** Policy variables: `${aws:username}`, and `${*}`, `${?}`, `${$}` for the characters themselves. */
export function expanded(text: string, context: Context): string {
  return text.replace(/\$\{([^}]*)\}/g, (whole, name: string) =>
    name.length === 1 ? name : (context.get(name.toLowerCase())?.[0] ?? whole),
  )
}
