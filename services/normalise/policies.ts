import type { Deed } from '#shared/messages/deed.ts'
import { fields, isCut, list, plain, texts, type Fields } from './fields.ts'

/** One statement of a policy, with actions in lower case (IAM: actions know no case; element names do). */
export type Statement = {
  readonly allow: boolean
  readonly actions: readonly string[]
  readonly notActions: readonly string[]
  readonly resources: readonly string[]
  /** Principals as written: ARNs, account ids, `*`; services and canonical ids are kept apart. */
  readonly principals: readonly string[]
  readonly notPrincipals: boolean
  readonly services: readonly string[]
  readonly federated: readonly string[]
  readonly conditions: Fields
}

/** A policy document: its statements, or `cut` where AWS left it out or its text cannot be read, or `none`. */
export type Policy =
  | { readonly document: 'whole'; readonly statements: readonly Statement[] }
  | { readonly document: 'cut' | 'none'; readonly statements: readonly [] }

const cut: Policy = { document: 'cut', statements: [] }
const absent: Policy = { document: 'none', statements: [] }

const lower = (value: unknown): readonly string[] =>
  texts(value).map((item) => item.trim().toLowerCase())
const trimmed = (value: unknown): readonly string[] => texts(value).map((item) => item.trim())

function statementOf(value: unknown): Statement {
  const raw = fields(value)
  const principal = raw['Principal'] ?? raw['principal'] ?? raw['NotPrincipal']
  const byKind = fields(principal)
  return {
    allow:
      plain(raw['Effect'] ?? raw['effect'])
        .trim()
        .toLowerCase() === 'allow',
    actions: lower(raw['Action'] ?? raw['action']),
    notActions: lower(raw['NotAction']),
    resources: trimmed(raw['Resource'] ?? raw['resource']),
    principals: typeof principal === 'string' ? [principal.trim()] : trimmed(byKind['AWS']),
    notPrincipals: raw['NotPrincipal'] !== undefined,
    services: trimmed(byKind['Service']),
    federated: trimmed(byKind['Federated']),
    conditions: fields(raw['Condition'] ?? raw['condition']),
  }
}

function fromText(written: string): Policy {
  const text = written.trim()
  if (text === '') return absent
  if (isCut(text)) return cut
  try {
    return parsePolicy(JSON.parse(text.startsWith('%') ? decodeURIComponent(text) : text))
  } catch {
    return cut
  }
}

/**
 * A policy document in any of the forms that records show: JSON text (padded or not), URL-encoded text, an object, one
 * statement or a list (IAM User Guide, "grammar of the IAM JSON policy language"). Never throws.
 */
export function parsePolicy(value: unknown): Policy {
  if (value === undefined || value === null) return absent
  if (typeof value === 'string') return fromText(value)
  if (isCut(value)) return cut
  const statement = fields(value)['Statement'] ?? fields(value)['statement']
  if (statement === undefined) return Object.keys(fields(value)).length > 0 ? cut : absent
  return { document: 'whole', statements: list(statement).map(statementOf) }
}

/** Whether a pattern with `*` and `?` matches a text. Linear but for the last star: no pattern can make it slow. */
export function globMatches(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let mark = 0
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      mark = t
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++mark
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

/** Single permissions with which a principal can give itself all others (Rhino Security Labs' list; IAM User Guide). */
const escalations = [
  'iam:createpolicyversion',
  'iam:setdefaultpolicyversion',
  'iam:attachuserpolicy',
  'iam:attachrolepolicy',
  'iam:attachgrouppolicy',
  'iam:putuserpolicy',
  'iam:putrolepolicy',
  'iam:putgrouppolicy',
  'iam:addusertogroup',
  'iam:updateassumerolepolicy',
  'iam:createaccesskey',
  'iam:createloginprofile',
  'iam:updateloginprofile',
  'sts:assumerole',
]

/** With iam:PassRole, each of these runs code as any role. */
const runners = [
  'lambda:createfunction',
  'ec2:runinstances',
  'ecs:runtask',
  'glue:createdevendpoint',
  'glue:createjob',
  'cloudformation:createstack',
  'codebuild:createproject',
  'sagemaker:createnotebookinstance',
  'datapipeline:createpipeline',
]

/** `*`, or all things of a kind that can hold power: `arn:aws:iam::…:role/*`. */
const isWide = (resource: string): boolean =>
  resource === '*' ||
  (resource.startsWith('arn:') && /(?::\*|:(?:role|user|policy|group)\/\*)$/.test(resource))

/** Whether a statement's actions reach an action. */
const reaches = ({ actions, notActions }: Statement, action: string): boolean =>
  notActions.length > 0
    ? !notActions.some((pattern) => globMatches(pattern, action))
    : actions.some((pattern) => globMatches(pattern, action))

function isAdmin(statement: Statement): boolean {
  if (!statement.resources.some(isWide)) return false
  if (statement.actions.some((action) => action === '*' || action === '*:*')) return true
  if (escalations.some((action) => reaches(statement, action))) return true
  return reaches(statement, 'iam:passrole') && runners.some((action) => reaches(statement, action))
}

/** An unconditional denial of everything leaves nothing of what else is allowed. */
const isDenyAll = ({ allow, actions, resources, conditions }: Statement): boolean =>
  !allow &&
  actions.some((action) => action === '*' || action === '*:*') &&
  resources.includes('*') &&
  Object.keys(conditions).length === 0

/** What an identity policy gives to whoever has it. `unknown` where the document is cut. */
export function powerOf({ document, statements }: Policy): Deed['power'] {
  if (document === 'cut') return 'unknown'
  const allows = statements.filter(({ allow }) => allow)
  if (allows.length === 0 || statements.some(isDenyAll)) return 'none'
  return allows.some(isAdmin) ? 'admin' : 'some'
}

/** The end of a clause that tells of a policy which makes an administrator. */
export const allows = (power: Deed['power']): string =>
  power === 'admin' ? ', enough to become administrator' : ''

/** Policies of AWS (`arn:aws:iam::aws:policy/…`) that make an administrator, or let one make itself. */
const adminPolicies: ReadonlySet<string> = new Set([
  'AdministratorAccess',
  'AdministratorAccess-Amplify',
  'AdministratorAccess-AWSElasticBeanstalk',
  'IAMFullAccess',
  'AWSOrganizationsFullAccess',
  'AmazonEKSClusterAdminPolicy',
  'AmazonEKSAdminPolicy',
])

/** Policies of AWS that only take away. */
export const denyingPolicies =
  /^(?:AWSDenyAll|AWSCompromisedKeyQuarantine(?:V\d+)?|AWSRevokeOlderSessions)$/

/** What attaching a managed policy gives; that of a customer's own policy is not in the record. */
export function powerOfManaged(arn: string): Deed['power'] {
  const name = arn.slice(arn.lastIndexOf('/') + 1)
  if (!arn.includes('::aws:')) return 'unknown'
  if (denyingPolicies.test(name)) return 'none'
  return adminPolicies.has(name) ? 'admin' : 'some'
}

/** Whether a resource policy gives everything that a service can do: `s3:*`. */
export const powerOverResource = ({ document, statements }: Policy): Deed['power'] => {
  if (document !== 'whole') return document === 'cut' ? 'unknown' : 'none'
  const allows = statements.filter(({ allow }) => allow)
  const whole = allows.some(({ actions }) =>
    actions.some((action) => action === '*' || action.endsWith(':*')),
  )
  return allows.length === 0 ? 'none' : whole ? 'admin' : 'some'
}
