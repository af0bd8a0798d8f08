import { contextOf, judge, trusted } from './authority.ts'
import type { Call, Operations, Params } from './call.ts'
import { sessionOf } from './caller.ts'
import { isoTime } from './entities.ts'
import { ApiError, invalid } from './errors.ts'
import { secretOf, tokenOf, uniqueId } from './ids.ts'
import { numberIn, optional, required, tagsIn, textsIn } from './params.ts'
import { policyOf } from './policy.ts'
import type { Account, Credentials, Role, Session, User } from './state.ts'
import { consoleTime } from './times.ts'

const second = 1_000
const defaultSeconds = 3_600
/** Sessions made by a session live an hour at most (IAM User Guide, "role chaining"). */
const chainedSeconds = 3_600

type Wanted = Pick<Session, 'as'> &
  Partial<Pick<Session, 'policies' | 'tags' | 'transitive' | 'sourceIdentity' | 'issuedTo'>> & {
    readonly seconds: number
  }

function issue(
  call: Pick<Call, 'nature' | 'credentials'>,
  account: string,
  wanted: Wanted,
): Session {
  const { nature, credentials } = call
  const issued = Math.floor(nature.now() / second) * second
  const session: Session = {
    kind: 'session',
    id: uniqueId('ASIA', account, nature.chance),
    secret: secretOf(nature.chance),
    token: tokenOf(nature.chance),
    issued,
    expires: issued + wanted.seconds * second,
    as: wanted.as,
    policies: wanted.policies ?? [],
    tags: wanted.tags ?? new Map(),
    transitive: wanted.transitive ?? new Set(),
    sourceIdentity: wanted.sourceIdentity ?? '',
    issuedTo: wanted.issuedTo ?? '',
  }
  forget(credentials, issued)
  credentials.set(session.id, session)
  return session
}

/** At most so many credentials are known; expired sessions go first, and are told as unknown from then on. */
const credentialsMax = 200_000

function forget(credentials: Credentials, now: number): void {
  if (credentials.size < credentialsMax) return
  for (const [id, credential] of credentials)
    if (credential.kind === 'session' && credential.expires < now) credentials.delete(id)
  if (credentials.size >= credentialsMax)
    throw new ApiError('ServiceUnavailable', 503, `more than ${credentialsMax} live credentials`)
}

const credentialShape = (session: Session) => ({
  AccessKeyId: session.id,
  SecretAccessKey: session.secret,
  SessionToken: session.token,
  Expiration: isoTime(session.expires),
})

/** CloudTrail shows the token and leaves the secret out. */
const shownCredentials = (session: Session) => ({
  accessKeyId: session.id,
  sessionToken: session.token,
  expiration: consoleTime(session.expires),
})

function durationOf(params: Params, max: number, fallback = defaultSeconds): number {
  const seconds = numberIn(params, 'DurationSeconds', fallback)
  if (seconds < 900 || seconds > max)
    throw invalid(
      `The requested DurationSeconds must be between 900 and the MaxSessionDuration of ${max}.`,
    )
  return seconds
}

function sessionPolicies(params: Params): string[] {
  const policy = optional(params, 'Policy')
  if (policy === undefined) return []
  policyOf(policy)
  return [policy]
}

const notAuthorised = (call: Call, action: string, resource: string): ApiError => {
  const who = call.caller.kind === 'service' ? call.caller.service.service : call.caller.arn
  return new ApiError(
    'AccessDenied',
    403,
    `User: ${who} is not authorized to perform: ${action} on resource: ${resource}`,
  )
}

function roleOf(call: Call): Role {
  const arn = required(call.params, 'RoleArn')
  const parts = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn)
  if (!parts) throw invalid(`${arn} is invalid`)
  const role = call.accounts.get(parts[1] ?? '')?.roles.get(parts[2] ?? '')
  if (role?.arn !== arn) throw notAuthorised(call, 'sts:AssumeRole', arn)
  return role
}

/** Both sides have a say, but where the trust policy names a caller of its own account. */
function mayAssume(call: Call, role: Role): boolean {
  const { caller, params, now, region } = call
  const external = optional(params, 'ExternalId')
  const more = [
    ['sts:rolesessionname', [required(params, 'RoleSessionName')]] as const,
    ...(external === undefined ? [] : [['sts:externalid', [external]] as const]),
  ]
  const context = contextOf(caller, { region, now, more, address: '', userAgent: '' })
  const question = { action: 'sts:AssumeRole', resource: role.arn, context }
  const trust = trusted(role.trust.inEffect(now), caller, question)
  if (trust === 'no' || caller.kind === 'service') return trust === 'named'
  const account = call.accounts.get(caller.account)
  const own = account ? judge(caller, account, question, now) : 'no policy allows'
  if (own === 'explicit deny') return false
  return own === 'allowed' || (trust === 'named' && caller.account === role.account)
}

function inherited(
  caller: Call['caller'],
): Pick<Session, 'tags' | 'transitive' | 'sourceIdentity'> {
  const from = sessionOf(caller)
  const transitive = from?.transitive ?? new Set<string>()
  const tags = new Map([...(from?.tags ?? [])].filter(([key]) => transitive.has(key)))
  return { tags, transitive, sourceIdentity: from?.sourceIdentity ?? '' }
}

function assumeRole(call: Call) {
  const { params, caller } = call
  const role = roleOf(call)
  if (!mayAssume(call, role)) throw notAuthorised(call, 'sts:AssumeRole', role.arn)
  const name = required(params, 'RoleSessionName')
  const from = inherited(caller)
  const isChained = sessionOf(caller) !== undefined
  const session = issue(call, role.account, {
    as: { kind: 'role', role, name },
    seconds: durationOf(params, isChained ? chainedSeconds : role.maxSessionSeconds),
    policies: sessionPolicies(params),
    tags: new Map([...from.tags, ...tagsIn(params)]),
    transitive: new Set([...from.transitive, ...textsIn(params, 'TransitiveTagKeys')]),
    sourceIdentity: optional(params, 'SourceIdentity') ?? from.sourceIdentity,
    ...(caller.kind === 'service' && { issuedTo: caller.service.issuedTo ?? '' }),
  })
  const user = {
    AssumedRoleId: `${role.id}:${name}`,
    Arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${name}`,
  }
  return {
    data: { Credentials: credentialShape(session), AssumedRoleUser: user },
    shown: {
      credentials: shownCredentials(session),
      assumedRoleUser: { assumedRoleId: user.AssumedRoleId, arn: user.Arn },
      ...(session.sourceIdentity !== '' && { sourceIdentity: session.sourceIdentity }),
    },
    copyTo: role.account,
  }
}

/** Only keys of users make these two (STS API Reference). */
function userOf(call: Call, action: string): User {
  const { caller } = call
  if (caller.kind !== 'user' || caller.entity.kind !== 'user' || sessionOf(caller))
    throw new ApiError('AccessDenied', 403, `Cannot call ${action} with session credentials`)
  return caller.entity
}

const dayAndHalf = 129_600

export const stsOperations: Operations = {
  AssumeRole: { readOnly: true, permission: 'itself', run: assumeRole },
  GetSessionToken: {
    readOnly: true,
    permission: 'free',
    run: (call) => {
      const user = userOf(call, 'GetSessionToken')
      const seconds = durationOf(call.params, dayAndHalf, 43_200)
      const session = issue(call, user.account, { as: { kind: 'user', user }, seconds })
      return {
        data: { Credentials: credentialShape(session) },
        shown: { credentials: shownCredentials(session) },
      }
    },
  },
  GetFederationToken: {
    readOnly: true,
    resource: (call) =>
      `arn:aws:sts::${call.account.id}:federated-user/${required(call.params, 'Name')}`,
    run: (call) => {
      const user = userOf(call, 'GetFederationToken')
      const name = required(call.params, 'Name')
      const session = issue(call, user.account, {
        as: { kind: 'federated', user, name },
        seconds: durationOf(call.params, dayAndHalf, 43_200),
        policies: sessionPolicies(call.params),
        tags: tagsIn(call.params),
      })
      const FederatedUser = {
        FederatedUserId: `${user.account}:${name}`,
        Arn: `arn:aws:sts::${user.account}:federated-user/${name}`,
      }
      const data = { Credentials: credentialShape(session), FederatedUser }
      return {
        data,
        shown: { credentials: shownCredentials(session), federatedUser: FederatedUser },
      }
    },
  },
  GetCallerIdentity: {
    readOnly: true,
    permission: 'free',
    run: ({ caller }) => {
      if (caller.kind === 'service') throw invalid('A service has no identity')
      return { data: { UserId: caller.userid, Account: caller.account, Arn: caller.arn } }
    },
  },
  GetAccessKeyInfo: {
    readOnly: true,
    run: ({ credentials, params }) => {
      const credential = credentials.get(required(params, 'AccessKeyId'))
      if (!credential) throw invalid('The access key id is not known')
      return { data: { Account: accountOf(credential) } }
    },
  },
}

function accountOf(credential: NonNullable<ReturnType<Credentials['get']>>): Account['id'] {
  if (credential.kind === 'key') return credential.user.account
  return credential.as.kind === 'role' ? credential.as.role.account : credential.as.user.account
}
