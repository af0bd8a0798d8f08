import { principalOfArn } from '#shared/facts/arn.ts'
import type { Deed } from '#shared/messages/deed.ts'
import type { Call } from './call.ts'
import { accountOf, isOutside, sortedSome } from './deeds/deed.ts'
import { fields, texts, type Fields } from './fields.ts'
import { globMatches, type Policy, type Statement } from './policies.ts'

/** Who outside the account gains something by a policy, as far as its principals and conditions tell. */
export type Grantees = {
  readonly grantee: Extract<Deed['grantee'], 'outside' | 'everyone' | 'none'>
  readonly to: readonly string[]
}

export const nobody: Grantees = { grantee: 'none', to: [] }

/** Accounts from which AWS delivers load balancer logs (Elastic Load Balancing guide, "access logs"): AWS, not an outsider. */
const logDelivery: ReadonlySet<string> = new Set(
  (
    '127311923021 033677994240 027434742980 797873946194 098369216593 754344448648 589379963580 718504428378 ' +
    '383597477331 600734575887 114774131450 783225319266 582318560864 985666609251 054676820928 156460612806 ' +
    '652711504416 635631232127 009996457667 897822967062 076674570225 507241528517 048591011584 190560391635 ' +
    '638102146993 037604701340'
  ).split(' '),
)

const onlyWrites = ({ actions }: Statement): boolean =>
  actions.length > 0 && actions.every((action) => action.startsWith('s3:putobject'))

/** Condition keys whose values are accounts, or ARNs with an account (IAM User Guide, "global condition keys"). */
const accountKeys: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:sourceaccount',
  'aws:sourceowner',
  'aws:sourcearn',
  'aws:principalarn',
  'kms:calleraccount',
  's3:dataaccesspointaccount',
  'aws:userid',
])
/** Keys that narrow to a network or an organisation of our own: whoever passes is no outsider. */
const ownKeys: ReadonlySet<string> = new Set([
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:vpcsourceip',
])

/** Operators that must hold for the request; `…IfExists` lets those pass who have no such key, `…Not…` all others. */
const binding = /^(?:forallvalues:|foranyvalue:)?(?:string|arn|ipaddress)(?!.*(?:not|ifexists))/

/** `arn:aws:s3:*:*:reports`, as AWS's own guide writes it: names of buckets are unique, so no account need stand there. */
function isOneBucket(value: string): boolean {
  const [arn, , service, , , name = ''] = value.split(':')
  return arn === 'arn' && service === 's3' && name !== '' && !name.includes('*')
}

type Narrowed = Grantees | undefined

/** What one condition leaves of "everyone": nobody outside, some accounts, some networks; undefined: it narrows nothing. */
function narrowedBy(key: string, values: readonly string[], call: Call): Narrowed {
  if (values.length === 0 || values.includes('*')) return undefined
  if (ownKeys.has(key)) return nobody
  if (key === 'aws:sourceip') {
    const open = values.some((range) => range.endsWith('/0'))
    return open ? undefined : { grantee: 'outside', to: sortedSome(values) }
  }
  if (!accountKeys.has(key)) return undefined
  const accounts = values.map((value) => accountOf(value) || value.split(':')[0] || value)
  if (values.every(isOneBucket)) return nobody
  if (accounts.some((account) => account.includes('*'))) return undefined
  const outside = accounts.filter((account) => isOutside(account, call))
  return outside.length === 0 ? nobody : { grantee: 'outside', to: sortedSome(outside) }
}

function narrowing(conditions: Fields, call: Call): Narrowed {
  for (const [operator, tests] of Object.entries(conditions)) {
    if (!binding.test(operator.toLowerCase())) continue
    for (const [key, values] of Object.entries(fields(tests))) {
      const left = narrowedBy(key.trim().toLowerCase(), texts(values), call)
      if (left) return left
    }
  }
  return undefined
}

/** How a principal outside is named: by account where the account itself is trusted, else by its key. */
const nameOf = (principal: string): string => {
  const account = accountOf(principal)
  const key = principalOfArn(principal)
  return key === '' || key.endsWith('/root') ? account : key
}

/** Identity providers where anybody may have an account, as they stand in the ARN of the provider. */
const publicProviders =
  /oidc-provider\/(token\.actions\.githubusercontent\.com|gitlab\.com|app\.terraform\.io|api\.bitbucket\.org)/

/** Of those, only the claims about the subject tell who it is; without them every user of the provider gets in. */
function openProvider({ federated, conditions }: Statement): string | undefined {
  const provider = federated.map((arn) => publicProviders.exec(arn)?.[1]).find(Boolean)
  if (provider === undefined) return undefined
  const bound = Object.entries(conditions)
    .filter(([operator]) => binding.test(operator.toLowerCase()))
    .flatMap(([, tests]) => Object.entries(fields(tests)))
    .filter(([key]) => key.toLowerCase().startsWith(`${provider}:`) && !/:aud$/i.test(key))
  const names = bound.some(([, values]) => texts(values).every((value) => !anySubject.test(value)))
  return names ? undefined : provider
}

/** `*`, `repo:*`, `repo:*\/*`: any organisation of the provider. */
const anySubject = /^(?:[a-z_]+:)*\*/i

function granteesOfStatement(statement: Statement, call: Call): Grantees {
  const { principals, notPrincipals, federated, conditions } = statement
  const everyone = notPrincipals || [...principals, ...federated].includes('*')
  const provider = openProvider(statement)
  if (provider !== undefined) return { grantee: 'everyone', to: [provider] }
  if (everyone) return narrowing(conditions, call) ?? { grantee: 'everyone', to: ['*'] }
  const outside = principals.filter((principal) => {
    const account = accountOf(principal)
    return isOutside(account, call) && !(logDelivery.has(account) && onlyWrites(statement))
  })
  if (outside.length === 0) return nobody
  // A condition on our own organisation keeps foreign accounts out, whatever the list of principals says.
  const left = narrowing(conditions, call)
  return left === nobody ? nobody : { grantee: 'outside', to: sortedSome(outside.map(nameOf)) }
}

const rank = { none: 0, outside: 1, everyone: 2 } as const

/** Whom outside the account a resource or trust policy lets in: the widest of its statements. */
export function granteesOf({ statements }: Policy, call: Call): Grantees {
  let widest: Grantees = nobody
  const to: string[] = []
  for (const statement of statements) {
    if (!statement.allow) continue
    const found = granteesOfStatement(statement, call)
    to.push(...found.to)
    if (rank[found.grantee] > rank[widest.grantee]) widest = found
  }
  return { grantee: widest.grantee, to: sortedSome(to) }
}

/** Whether a trust policy's statement lets somebody assume the role. */
const assumes = ({ actions, notActions }: Statement): boolean =>
  notActions.length > 0 ||
  ['sts:assumerole', 'sts:assumerolewithsaml', 'sts:assumerolewithwebidentity'].some((action) =>
    actions.some((pattern) => globMatches(pattern, action)),
  )

/** The part of a trust policy that counts. */
export const trustOf = (policy: Policy): Policy =>
  policy.document === 'whole'
    ? { document: 'whole', statements: policy.statements.filter(assumes) }
    : policy

/** Principals of the own account that a policy names: the caller itself, another, or nobody but services. */
export function insiderOf(
  { statements }: Policy,
  { principal, account }: Call,
): 'self' | 'other' | 'none' {
  const named = statements
    .filter(({ allow }) => allow)
    .flatMap(({ principals }) => principals)
    .filter((each) => accountOf(each) === account)
    .map((each) => principalOfArn(each))
  if (named.some((key) => key !== '' && (principal === key || principal.startsWith(`${key}/`))))
    return 'self'
  return named.length > 0 ? 'other' : 'none'
}
