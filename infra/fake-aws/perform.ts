import { contextOf, judge, type Verdict } from './authority.ts'
import type { Answer, Call, Operation, Outcome, Params, Request } from './call.ts'
import { callerOf, type Caller } from './caller.ts'
import { resourceTags } from './entities.ts'
import { ApiError } from './errors.ts'
import { iamRoleOperations } from './iam-roles.ts'
import { iamUserOperations } from './iam-users.ts'
import { simulateOperations } from './iam-simulate.ts'
import { policyOperations } from './iam-policies.ts'
import { optional } from './params.ts'
import { denialCode, recordOf, type Happened } from './record.ts'
import type { Account, Credentials, Nature } from './state.ts'
import { stsOperations } from './sts.ts'
import type { Trail } from './trail.ts'

/** Everything that one cloud consists of. */
export type Cloud = {
  readonly nature: Nature
  readonly accounts: Map<string, Account>
  readonly credentials: Credentials
  readonly trail: Trail
  /** LookupEvents, which looks at the trail and not at accounts. */
  readonly lookup: (params: Params, account: string, region: string, now: number) => Params
}

const home = 'us-east-1'
const iam = {
  ...iamUserOperations,
  ...iamRoleOperations,
  ...policyOperations,
  ...simulateOperations,
}

const unknownToken = (): ApiError =>
  new ApiError(
    'InvalidClientTokenId',
    403,
    'The security token included in the request is invalid.',
  )

/** Who signed; what IAM refuses before it knows the caller stands in no trail. */
function authenticated(cloud: Cloud, { credential, service }: Request): Caller {
  if ('service' in credential) return { kind: 'service', service: credential }
  const known = cloud.credentials.get(credential.key)
  const now = cloud.nature.now()
  if (!known) throw unknownToken()
  if (known.secret !== credential.secret)
    throw new ApiError('SignatureDoesNotMatch', 403, 'The request signature does not match.')
  const caller = callerOf(known)
  if (!caller.entity.there.inEffect(now)) throw unknownToken()
  if (known.kind === 'key') {
    if (known.status.inEffect(now) !== 'Active') throw unknownToken()
    known.lastUsed = { at: now, service, region: home }
    return caller
  }
  if (known.token !== credential.token) throw unknownToken()
  if (known.expires <= now)
    throw new ApiError('ExpiredToken', 403, 'The security token included in the request is expired')
  // Sessions of users without MFA may not ask IAM anything (STS API Reference, GetSessionToken).
  if (caller.kind === 'user' && service === 'iam') throw unknownToken()
  return caller
}

/** One call at this moment: judged, carried out, recorded. Never throws for what AWS would answer. */
export function perform(cloud: Cloud, request: Request): Answer {
  const requestId = cloud.nature.chance.uuid()
  let caller: Caller
  try {
    caller = authenticated(cloud, request)
  } catch (error) {
    return refusal(error, requestId)
  }
  const { service, action, params = {}, region = home } = request
  const happened: Omit<Happened, 'shown' | 'readOnly' | 'account' | 'eventId'> = {
    caller,
    service,
    action,
    params,
    requestId,
    at: cloud.nature.now(),
    region: service === 'iam' ? home : region,
    address: request.address ?? '198.51.100.20',
    userAgent: request.userAgent ?? 'aws-cli/2.31.0 md/awscrt#0.27.6 os/linux',
  }
  const operation = operationOf(cloud, service, action)
  const account = accountOf(cloud, caller, params)
  try {
    const call: Call = { ...cloud, ...happened, account, now: happened.at }
    const outcome = allowedOutcome(call, operation, request, happened)
    note(cloud, happened, operation, account.id, outcome)
    return { ok: true, requestId, data: outcome.data }
  } catch (error) {
    const answer = refusal(error, requestId)
    const { code, message } = answer
    const told = code === 'AccessDenied' ? denialCode(service) : code
    // Throttled calls leave no trace here, as most of them do with AWS.
    if (code !== 'ThrottlingException')
      note(cloud, { ...happened, error: { code: told, message } }, operation, account.id)
    return answer
  }
}

function refusal(error: unknown, requestId: string): Extract<Answer, { ok: false }> {
  if (!(error instanceof ApiError)) throw error
  return { ok: false, requestId, code: error.code, message: error.message, status: error.status }
}

type Around = Omit<Happened, 'shown' | 'readOnly' | 'account' | 'eventId'>

function allowedOutcome(
  call: Call,
  operation: Operation,
  request: Request,
  around: Around,
): Outcome {
  const { permission } = operation
  if (permission !== 'itself') {
    const resource = operation.resource?.(call) ?? request.resource ?? '*'
    const action = `${actionPrefix(around.service)}:${around.action}`
    const tags = around.service === 'iam' ? resourceTags(call) : []
    const more = [...(operation.context?.(call) ?? []), ...tags]
    const context = contextOf(call.caller, { ...around, now: around.at, more })
    const verdict = judge(call.caller, call.account, { action, resource, context }, around.at)
    const isFree = permission === 'free' || call.caller.kind === 'service'
    if (verdict !== 'allowed' && !(isFree && verdict !== 'explicit deny'))
      throw denied(call.caller, action, resource, verdict)
  }
  return operation.run(call)
}

const actionPrefix = (service: string): string => service.replace(/^bedrock-runtime$/, 'bedrock')

function denied(caller: Caller, action: string, resource: string, verdict: Verdict): ApiError {
  const who = caller.kind === 'service' ? caller.service.service : caller.arn
  const because =
    verdict === 'explicit deny'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`
  const message = `User: ${who} is not authorized to perform: ${action} on resource: ${resource} ${because}`
  return new ApiError('AccessDenied', 403, message)
}

function operationOf(cloud: Cloud, service: string, action: string): Operation {
  if (service === 'iam') return iam[action] ?? unknownAction(action)
  if (service === 'sts') return stsOperations[action] ?? unknownAction(action)
  const readOnly = /^(?:Get|List|Describe|Lookup|Head|Query|Scan|Search)/.test(action)
  if (service !== 'cloudtrail' || action !== 'LookupEvents')
    return { readOnly, run: () => ({ data: {} }) }
  return {
    readOnly,
    run: ({ params, account, region, now }) => ({
      data: cloud.lookup(params, account.id, region, now),
    }),
  }
}

const unknownAction = (action: string): Operation => ({
  readOnly: true,
  permission: 'itself',
  run: () => {
    throw new ApiError('InvalidAction', 400, `Could not find operation ${action}`)
  },
})

/** The account that is acted in. A service acts in that of the role that it asks for. */
function accountOf(cloud: Cloud, caller: Caller, params: Params): Account {
  const id =
    caller.kind === 'service'
      ? (/^arn:aws:iam::(\d{12}):/.exec(optional(params, 'RoleArn') ?? '')?.[1] ?? '')
      : caller.account
  const account = cloud.accounts.get(id)
  if (!account) throw new Error(`account ${id} does not exist: add it first`)
  return account
}

function note(
  cloud: Cloud,
  happened: Around,
  { readOnly }: Operation,
  account: string,
  outcome?: Outcome,
): void {
  const { nature, trail } = cloud
  const role = optional(happened.params, 'RoleArn')
  const owner = role?.split(':')[4] ?? account
  const isCopied = outcome?.copyTo !== undefined && outcome.copyTo !== account
  const common = {
    ...happened,
    shown: outcome?.shown,
    readOnly,
    ...(isCopied && { sharedEventId: nature.chance.uuid() }),
    ...(role !== undefined &&
      outcome && { resources: [{ arn: role, account: owner, type: 'AWS::IAM::Role' }] }),
  }
  trail.add(recordOf({ ...common, account, eventId: nature.chance.uuid() }), happened.at)
  if (isCopied && outcome.copyTo !== undefined) {
    const eventId = nature.chance.uuid()
    trail.add(copyOf(recordOf({ ...common, account: outcome.copyTo, eventId })), happened.at)
  }
}

/** The owner of a role is told of callers from elsewhere only which account they are of. */
function copyOf(record: ReturnType<typeof recordOf>): ReturnType<typeof recordOf> {
  const { principalId, accountId } = record['userIdentity'] as Params
  return { ...record, userIdentity: { type: 'AWSAccount', principalId, accountId } }
}
