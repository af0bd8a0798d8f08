import { contentId } from '#shared/facts/content-id.ts'
import type { Mapped, Normalised } from '#shared/messages/record.ts'
import type { IssueCopy, RareUse, Use } from '#shared/messages/use.ts'
import type { Call } from './call.ts'
import { explainRecord, isCloudTrailRecord } from './cloudtrail-record.ts'
import { errorClass } from './error-class.ts'
import { fields, firstText, leaves, text, type Fields } from './fields.ts'
import { intern, memo, memoLast, memoPair } from './intern.ts'
import { cleaned } from './secrets.ts'
import { agentOf, placeAt, type Agent } from './places.ts'
import { callTraits, plans, sessionTraits, type Plan } from './rare.ts'
import { routeAside } from './routes.ts'
import { signerOf, type Signer } from './signer.ts'
import { parseTime } from './times.ts'

export type CloudTrailOptions = {
  /** Account ids of the same organisation: what they are given is not "outside". */
  readonly trustedAccounts: ReadonlySet<string>
}

/** An addendum outweighs every record that it corrects, however full that is. */
const addendumWeight = 1_000_000

/** eventSource without its domain; partitions have their own. */
const serviceOf = memo((source) =>
  intern(source.replace(/\.(?:aws\.)?amazonaws\.com(?:\.cn)?$/, '')),
)

/** eventName without the API version that Lambda (`…20150331v2`) and CloudFront (`…2020_05_31`) append. */
const actionOf = memo((name) =>
  intern(name.replace(/(?:\d{8}|\d{4}_\d\d_\d\d)(?:v\d+)?$/, '') || name),
)

/** A call of a service's interface, and what can be read from it. */
type Api = { readonly service: string; readonly action: string; readonly plan: Plan | undefined }

const apiOf = memoPair((eventSource, eventName): Api => {
  const service = serviceOf(eventSource)
  const action = actionOf(eventName)
  return { service, action, plan: plans.get(action)?.get(service) }
})

const dash = 45

/** Code unit → 0 for a hex digit of either case, 1 for anything else below 128. */
const notHex = Uint8Array.from({ length: 128 }, (_, unit) =>
  /[0-9a-f]/i.test(String.fromCharCode(unit)) ? 0 : 1,
)

/** Whether `length` hex digits stand at `start`; by table, because every record is asked. */
function isHex(text: string, start: number, length: number): boolean {
  let wrong = 0
  for (let i = start; i < start + length; i++) wrong |= notHex[text.charCodeAt(i)] ?? 1
  return wrong === 0
}

/** Whether an id is a UUID in either case. */
const isUuid = (id: unknown): id is string =>
  typeof id === 'string' &&
  id.length === 36 &&
  id.charCodeAt(8) === dash &&
  id.charCodeAt(13) === dash &&
  id.charCodeAt(18) === dash &&
  id.charCodeAt(23) === dash &&
  isHex(id, 0, 8) &&
  isHex(id, 9, 4) &&
  isHex(id, 14, 4) &&
  isHex(id, 19, 4) &&
  isHex(id, 24, 12)

/** The event that an UPDATED_DATA addendum corrects (CloudTrail User Guide, addendum); '' else. */
function correctedId(record: Fields): string {
  const addendum = record['addendum']
  if (addendum === undefined || addendum === null) return ''
  const { reason, originalEventID } = fields(addendum)
  return reason === 'UPDATED_DATA' && isUuid(originalEventID) ? originalEventID : ''
}

/** Why nobody can be named: the record has neither an identity nor a service. */
function isNobody(user: Fields): boolean {
  const { arn } = user
  if (typeof arn === 'string' && arn !== '') return false
  const named = firstText(user, 'arn', 'principalId', 'invokedBy', 'userName', 'accountId')
  return named === '' && firstText(user, 'accessKeyId', 'credentialId', 'identityProvider') === ''
}

/** A record without identity that a service wrote names the service as its address (AwsServiceEvent). */
function userOf(record: Fields): Fields {
  const user = fields(record['userIdentity'])
  if (!isNobody(user)) return user
  const address = text(record['sourceIPAddress'])
  return address.endsWith('.amazonaws.com') ? { type: 'AWSService', invokedBy: address } : user
}

type Draft = { -readonly [Name in keyof Use]: Use[Name] }

/** What several steps need of one record, looked up once. */
type Reading = {
  readonly record: Fields
  readonly user: Fields
  readonly signer: Signer
  readonly agent: Agent
  readonly api: Api
}

/** Every use has the same members in the same order, so that the code which reads it stays monomorphic. */
function draftOf({ record, user, signer, agent, api }: Reading, at: number, id: string): Draft {
  const { account, direct } = signer
  return {
    kind: 'credential.used',
    id,
    at,
    principal: signer.principal,
    identity: signer.identity,
    key: signer.key,
    created: signer.created,
    account: accountOf(record, user, account),
    region: intern(text(record['awsRegion'])),
    service: api.service,
    action: api.action,
    error: errorClass(record),
    address: direct && !agent.console ? placeOf(record, account) : '',
    agent: agent.agent,
    direct,
    request: text(record['requestID']),
    sourceIdentity: signer.sourceIdentity,
    scope: signer.scope,
  }
}

const behind = memoPair((endpoint, address) => intern(`${endpoint}/${address}`))

/**
 * Where the caller is: its address; for a call through a VPC endpoint of the caller's own account also the endpoint, because
 * behind one the address is private and says little (CloudTrail User Guide, vpcEndpointId and vpcEndpointAccountId).
 */
function placeOf(record: Fields, account: string): string {
  const { address, isPrivate } = placeAt(text(record['sourceIPAddress']))
  const endpoint = record['vpcEndpointId']
  if (endpoint === undefined || !isPrivate || typeof endpoint !== 'string') return address
  const owner = record['vpcEndpointAccountId'] ?? account
  return owner === account ? behind(endpoint, address) : address
}

/** Account in which it happened; mostly that of the principal, whose text is at hand. */
function accountOf(record: Fields, user: Fields, account: string): string {
  const recipient = record['recipientAccountId']
  if (recipient === account) return account
  return intern((typeof recipient === 'string' && recipient) || text(user['accountId']) || account)
}

/** Whether the call by itself may show more: it has a plan, was refused, or changes something in the control plane. */
const isTelling = (record: Fields, use: Draft, plan: Plan | undefined): boolean =>
  plan !== undefined ||
  use.error === 'denied' ||
  (record['readOnly'] === false && record['managementEvent'] !== false) ||
  record['eventType'] === 'AwsMcpEvent'

function callOf(
  { record, user, signer }: Reading,
  use: Draft,
  { trustedAccounts }: CloudTrailOptions,
): Call {
  return {
    service: use.service,
    action: use.action,
    account: use.account,
    principal: signer.principal,
    identity: signer.identity,
    params: cleaned(fields(record['requestParameters']), longestName),
    response: cleaned(fields(record['responseElements']), longestName),
    extra: fields(record['additionalEventData']),
    user,
    error: use.error,
    message: text(record['errorMessage']),
    record,
    trusted: trustedAccounts,
  }
}

/**
 * Characters of a text that names something, or a policy. What is longer is content; names that are taken out of it are looked at
 * once more as what they became, with the rest of the traits.
 */
const longestName = 8_192

/** What only few records have; undefined for most. */
function rareOf(
  reading: Reading,
  use: Draft,
  weight: number,
  options: CloudTrailOptions,
): RareUse | undefined {
  const { record, signer, agent, api } = reading
  const session = sessionTraits(record, signer, agent)
  const traits = isTelling(record, use, api.plan)
    ? cleaned(callTraits(session, api.plan, callOf(reading, use, options)))
    : session
  return weight > 0 ? outweighing(traits, weight) : traits
}

/** Of several copies of one issue the heaviest counts, and an addendum weighs more than what it corrects. */
const outweighing = (traits: RareUse | undefined, weight: number): RareUse => ({
  ...traits,
  weight,
  ...(traits?.issue && { issue: { ...traits.issue, weight } }),
})

const copyOf = (
  { id, at, principal, key, created }: Use,
  issue: IssueCopy['issue'],
): IssueCopy => ({
  kind: 'credential.issued.copy',
  id,
  at,
  issue,
  parent: principal,
  parentKey: key,
  parentCreated: created,
})

function map(record: Fields, user: Fields, at: number, options: CloudTrailOptions): Normalised {
  const reading: Reading = {
    record,
    user,
    signer: signerOf(user, text(record['recipientAccountId'])),
    agent: agentOf(text(record['userAgent'])),
    api: apiOf(text(record['eventSource']), text(record['eventName'])),
  }
  const corrected = correctedId(record)
  const own = record['eventID']
  // The same content without an eventID has the same id (SEMANTICS A2).
  const id = corrected || (isUuid(own) ? own : contentId(record))
  const use = draftOf(reading, at, id)
  const weight = corrected === '' ? 0 : addendumWeight + leaves(record)
  const rare = rareOf(reading, use, weight, options)
  if (rare) use.rare = rare
  const activities: readonly Mapped[] = rare?.issue ? [use, copyOf(use, rare.issue)] : [use]
  return { as: 'mapped', record: id, activities }
}

/** Records of one second mostly follow one another. */
const textTime = memoLast(parseTime)

const dead = (reason: string, field: string): Normalised => ({ as: 'dead', reason, field })

/**
 * One CloudTrail record (CloudTrail User Guide, "record contents") → its activities: the use, and for a call that made a
 * credential also the copy for its child. What is no call is ignored by name; what cannot be read is refused with a reason
 * and the field. Never throws. `record` is eventID, or the hash of the content where there is none; it is one account's own.
 */
export function fromCloudTrail(value: unknown, options: CloudTrailOptions): Normalised {
  const record = fields(value)
  const aside = routeAside(record)
  if (aside) return aside
  if (!isCloudTrailRecord(value)) return { as: 'dead', ...explainRecord(value) }
  const written = record['eventTime'] ?? record['@timestamp']
  if (written === undefined || written === null || written === '')
    return dead('no event time', 'eventTime')
  const at = typeof written === 'string' ? textTime(written) : parseTime(written)
  if (!(at > 0)) return dead('event time is not understood', 'eventTime')
  const user = userOf(record)
  if (isNobody(user)) return dead('neither identity nor service', 'userIdentity')
  return map(record, user, at, options)
}
