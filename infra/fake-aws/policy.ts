import {
  conditionOf,
  expanded,
  holds,
  matches,
  type Condition,
  type Context,
} from './conditions.ts'
import { Malformed } from './errors.ts'

/** What a statement of a trust policy names: an ARN, an account, a service, or everybody. */
export type PolicyPrincipal = { readonly type: 'AWS' | 'Service' | '*'; readonly name: string }

export type Statement = {
  readonly effect: 'Allow' | 'Deny'
  readonly actions: readonly string[]
  readonly notActions: boolean
  readonly resources: readonly string[]
  readonly notResources: boolean
  readonly principals: readonly PolicyPrincipal[]
  readonly conditions: readonly Condition[]
}

export type Policy = readonly Statement[]

/** Parsed documents by text; the map is emptied when it is full. */
const parsed = new Map<string, Policy>()
const parsedMax = 2_000

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]

/** @throws Malformed in IAM's sense, also for what this fake cannot judge: a rule that is ignored would be a false safety. */
export function policyOf(document: string): Policy {
  const known = parsed.get(document)
  if (known) return known
  const policy = read(document)
  if (parsed.size >= parsedMax) parsed.clear()
  parsed.set(document, policy)
  return policy
}

function read(document: string): Policy {
  let value: unknown
  try {
    value = JSON.parse(document)
  } catch {
    throw new Malformed('This policy contains invalid Json')
  }
  if (!isObject(value)) throw new Malformed('Syntax errors in policy.')
  const statements = listOf(value['Statement'])
  if (statements.length === 0) throw new Malformed('Syntax errors in policy.')
  return statements.map(statementOf)
}

function statementOf(value: unknown): Statement {
  if (!isObject(value)) throw new Malformed('Syntax errors in policy.')
  const { Effect: effect } = value
  if (effect !== 'Allow' && effect !== 'Deny') throw new Malformed('Missing required field Effect')
  const actions = texts(value['Action'] ?? value['NotAction'], 'Action')
  if (actions.length === 0) throw new Malformed('Policy statement must contain actions.')
  return {
    effect,
    actions,
    notActions: value['Action'] === undefined,
    resources: texts(value['Resource'] ?? value['NotResource'], 'Resource'),
    notResources: value['NotResource'] !== undefined,
    principals: principalsOf(value['Principal']),
    conditions: conditionsOf(value['Condition']),
  }
}

function texts(value: unknown, field: string): readonly string[] {
  return listOf(value).map((item) => {
    if (typeof item !== 'string') throw new Malformed(`${field} must be a string.`)
    return item
  })
}

function principalsOf(value: unknown): PolicyPrincipal[] {
  if (value === undefined) return []
  if (value === '*') return [{ type: '*', name: '*' }]
  if (!isObject(value)) throw new Malformed('Invalid principal in policy.')
  return Object.entries(value).flatMap(([type, names]) => {
    if (type !== 'AWS' && type !== 'Service')
      throw new Malformed(`Invalid principal in policy: "${type}"`)
    return texts(names, 'Principal').map((name) => ({ type: name === '*' ? '*' : type, name }))
  })
}

function conditionsOf(value: unknown): Condition[] {
  if (value === undefined) return []
  if (!isObject(value)) throw new Malformed('Syntax errors in policy.')
  return Object.entries(value).flatMap(([operator, keys]) => {
    if (!isObject(keys)) throw new Malformed('Syntax errors in policy.')
    return Object.entries(keys).map(([key, wanted]) =>
      conditionOf(operator, key, listOf(wanted).map(String)),
    )
  })
}

/** What is asked of a policy. */
export type Question = {
  /** `iam:UpdateAccessKey`. */
  readonly action: string
  readonly resource: string
  readonly context: Context
}

/** Whether a statement speaks of this request; trust policies have no resource, and their principals are judged apart. */
export function applies(statement: Statement, { action, resource, context }: Question): boolean {
  const named = statement.actions.some((name) => matches(name.toLowerCase(), action.toLowerCase()))
  if (named === statement.notActions) return false
  if (statement.resources.length > 0) {
    const covered = statement.resources.some((name) => matches(expanded(name, context), resource))
    if (covered === statement.notResources) return false
  }
  return statement.conditions.every((condition) => holds(condition, context))
}

/** What policies together say of a request: one denial decides. */
export function verdictOf(
  policies: readonly Policy[],
  question: Question,
): 'denied' | 'allowed' | 'silent' {
  let verdict: 'allowed' | 'silent' = 'silent'
  for (const statement of policies.flat()) {
    if (!applies(statement, question)) continue
    if (statement.effect === 'Deny') return 'denied'
    verdict = 'allowed'
  }
  return verdict
}
