import { createHash } from 'node:crypto'
import { canonicalise } from '#shared/facts/canonical.ts'
import type { Mapped, Normalised } from '#shared/messages/record.ts'
import type { IssueCopy, RareUse, Use } from '#shared/messages/use.ts'
import type { Call } from './call.ts'
import { explainRecord, isCloudTrailRecord } from './cloudtrail-record.ts'
import { errorClass } from './error-class.ts'
import { fields, firstText, leaves, text, type Fields } from './fields.ts'
import { intern, memo } from './intern.ts'
import { unmaskKey } from './masked.ts'
import { addressOf, agentOf } from './places.ts'
import { identityOf, type Identity } from './principal.ts'
import { callTraits, plans, rareOf, scopeOf, sessionTraits, type Plan } from './rare.ts'
import { routeAside } from './routes.ts'
import { parseTime, timeOrZero } from './times.ts'

export type CloudTrailOptions = {
  /** Account ids of the same organisation: what they are given is not "outside". */
  readonly trustedAccounts: ReadonlySet<string>
}

/** The agent itself calls through this service, so its records are direct (SEMANTICS A5). */
const mcpService = 'aws-mcp.amazonaws.com'

/** An addendum outweighs every record that it corrects, however full that is. */
const addendumWeight = 1_000_000

/** eventSource without its domain; partitions have their own. */
const serviceOf = memo((source) => intern(source.replace(/\.(?:aws\.)?amazonaws\.com(?:\.cn)?$/, '')))

type Action = { readonly action: string; readonly plans: ReadonlyMap<string, Plan> | undefined }

/** eventName without the API version that Lambda (`…20150331v2`) and CloudFront (`…2020_05_31`) append; and its plans. */
const actionOf = memo((name): Action => {
  const action = intern(name.replace(/(?:\d{8}|\d{4}_\d\d_\d\d)(?:v\d+)?$/, '') || name)
  return { action, plans: plans.get(action) }
})

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The id of a record without eventID: the same content has the same id (SEMANTICS A2). */
const contentId = (record: Fields): string =>
  `sha256:${createHash('sha256').update(canonicalise(record)).digest('hex')}`

/** The event that an UPDATED_DATA addendum corrects (CloudTrail User Guide, addendum); '' else. */
function correctedId(record: Fields): string {
  const addendum = record['addendum']
  if (addendum === undefined || addendum === null) return ''
  const { reason, originalEventID } = fields(addendum)
  const id = text(originalEventID)
  return reason === 'UPDATED_DATA' && uuid.test(id) ? id : ''
}

/** Why nobody can be named: the record has neither an identity nor a service. */
const isNobody = (user: Fields): boolean =>
  firstText(user, 'arn', 'principalId', 'invokedBy', 'userName', 'accountId', 'accessKeyId') ===
    '' && firstText(user, 'credentialId', 'identityProvider') === ''

/** A record without identity that a service wrote names the service as its address (AwsServiceEvent). */
function userOf(record: Fields): Fields {
  const user = fields(record['userIdentity'])
  if (!isNobody(user)) return user
  const address = text(record['sourceIPAddress'])
  return address.endsWith('.amazonaws.com') ? { type: 'AWSService', invokedBy: address } : user
}

/** Whether the principal itself made the call; else a service did on its behalf (SEMANTICS A5). */
function isDirect(user: Fields, { identity }: Identity): boolean {
  const invokedBy = user['invokedBy']
  return identity !== 'service' && (!invokedBy || invokedBy === mcpService)
}

type Basics = Omit<Use, 'rare'>

function basicsOf(record: Fields, user: Fields, at: number, id: string, account: string): Basics {
  const who = identityOf(user, account)
  const context = fields(user['sessionContext'])
  const { agent, console } = agentOf(text(record['userAgent']))
  const direct = isDirect(user, who)
  const sourceIdentity = context['sourceIdentity']
  const scope = scopeOf(user)
  return {
    kind: 'credential.used',
    id,
    at,
    principal: who.principal,
    identity: who.identity,
    key: unmaskedKey(user['accessKeyId']),
    created: createdOf(context),
    account,
    region: intern(text(record['awsRegion'])),
    service: serviceOf(text(record['eventSource'])),
    action: actionOf(text(record['eventName'])).action,
    error: errorClass(record),
    address: direct && !console ? addressOf(text(record['sourceIPAddress'])) : '',
    agent,
    direct,
    request: text(record['requestID']),
    sourceIdentity: sourceIdentity ? intern(text(sourceIdentity)) : '',
    scope: scope && intern(scope),
  }
}

const unmaskedKey = (key: unknown): string =>
  typeof key === 'string' && key !== '' ? unmaskKey(key) : ''

function createdOf(context: Fields): number {
  const attributes = context['attributes']
  return attributes === undefined ? 0 : timeOrZero(fields(attributes)['creationDate'])
}

/** Whether anything but the plain use can be in the record: few look-ups, so that most records end here. */
function isOrdinary(record: Fields, user: Fields, who: Identity, use: Basics): boolean {
  if (who.instance !== '' || who.hiddenIssue || use.scope !== '') return false
  if (record['sessionCredentialFromConsole'] !== undefined || agentOf(use.agent).console) return false
  const type = record['eventType']
  if (type === 'AwsConsoleSignIn' || type === 'AwsMcpEvent') return false
  const context = fields(user['sessionContext'])
  if (context['ec2RoleDelivery'] !== undefined || context['signInSessionArn'] !== undefined) return false
  const attributes = context['attributes']
  if (attributes && fields(attributes)['sessionCredentialFromConsole'] !== undefined) return false
  const issuer = context['sessionIssuer']
  return !issuer || !isReserved(text(fields(issuer)['arn']))
}

/** Roles on AWS's own paths: nobody but AWS may assume them (IAM User Guide, service-linked roles). */
const isReserved = memo((arn) => arn.includes('/aws-service-role/') || arn.includes('/aws-reserved/'))

/** Whether a call by itself may show more: it has a plan, was refused, or changes something in the control plane. */
const isTelling = (record: Fields, use: Basics, plan: Plan | undefined): boolean =>
  plan !== undefined ||
  use.error === 'denied' ||
  (record['readOnly'] === false && record['managementEvent'] !== false) ||
  record['eventType'] === 'AwsMcpEvent'

function callOf(
  record: Fields,
  user: Fields,
  who: Identity,
  use: Basics,
  { trustedAccounts: trusted }: CloudTrailOptions,
): Call {
  return {
    ...who,
    service: use.service,
    action: use.action,
    account: use.account,
    params: fields(record['requestParameters']),
    response: fields(record['responseElements']),
    extra: fields(record['additionalEventData']),
    user,
    error: use.error,
    message: text(record['errorMessage']),
    record,
    trusted,
  }
}

function rareTraits(
  record: Fields,
  user: Fields,
  use: Basics,
  weight: number,
  options: CloudTrailOptions,
): RareUse | undefined {
  const who = identityOf(user, use.account)
  const plan = actionOf(text(record['eventName'])).plans?.get(use.service)
  const telling = isTelling(record, use, plan)
  const ordinary = isOrdinary(record, user, who, use)
  if (ordinary && !telling && weight === 0) return undefined
  const call = callOf(record, user, who, use, options)
  const session = ordinary ? {} : sessionTraits(call, agentOf(use.agent).console)
  return rareOf(session, telling ? callTraits(plan, call) : undefined, weight)
}

const copyOf = ({ id, at, principal, key, created }: Use, issue: IssueCopy['issue']): IssueCopy => ({
  kind: 'credential.issued.copy',
  id,
  at,
  issue,
  parent: principal,
  parentKey: key,
  parentCreated: created,
})

function map(record: Fields, user: Fields, at: number, options: CloudTrailOptions): Normalised {
  const corrected = correctedId(record)
  const own = record['eventID']
  const id = corrected || (typeof own === 'string' && uuid.test(own) ? own : contentId(record))
  const recipient = record['recipientAccountId']
  const account = intern((typeof recipient === 'string' && recipient) || text(user['accountId']))
  const use = basicsOf(record, user, at, id, account)
  const weight = corrected === '' ? 0 : addendumWeight + leaves(record)
  const rare = rareTraits(record, user, use, weight, options)
  const activities: readonly Mapped[] =
    rare === undefined
      ? [use]
      : rare.issue
        ? [{ ...use, rare }, copyOf(use, rare.issue)]
        : [{ ...use, rare }]
  return { as: 'mapped', record: `${account}/${id}`, activities }
}

const dead = (reason: string, field: string): Normalised => ({ as: 'dead', reason, field })

/**
 * One CloudTrail record (CloudTrail User Guide, "record contents") → its activities: the use, and for a call that made a
 * credential also the copy for its child. What is no call is ignored by name; what cannot be read is refused with a reason
 * and the field. Never throws. `record` is recipientAccountId/eventID, or the hash of the content where there is no eventID.
 */
export function fromCloudTrail(value: unknown, options: CloudTrailOptions): Normalised {
  const record = fields(value)
  const aside = routeAside(record)
  if (aside) return aside
  if (!isCloudTrailRecord(value)) return { as: 'dead', ...explainRecord(value) }
  const written = record['eventTime'] ?? record['@timestamp']
  if (written === undefined || written === null || written === '')
    return dead('no event time', 'eventTime')
  const at = parseTime(written)
  if (!(at > 0)) return dead('event time is not understood', 'eventTime')
  const user = userOf(record)
  if (isNobody(user)) return dead('neither identity nor service', 'userIdentity')
  return map(record, user, at, options)
}
