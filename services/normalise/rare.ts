import type { RareUse } from '#shared/messages/use.ts'
import type { Call } from './call.ts'
import { fields, isTrue, list, text, type Fields } from './fields.ts'
import type { Identity } from './principal.ts'
import { issueOf } from './issues.ts'
import { deedReaders } from './deeds/table.ts'
import type { DeedReader } from './deeds/deed.ts'
import { harvests, readHarvest, type HarvestReader } from './harvest.ts'
import { targetOf } from './targets.ts'

/** What can be read from calls of one name. Most names have no plan, and cost nothing. */
export type Plan = {
  readonly issues: boolean
  readonly deeds?: DeedReader
  readonly harvest?: HarvestReader
}

const issuing = [
  'AssumeRole',
  'AssumeRoleWithSAML',
  'AssumeRoleWithWebIdentity',
  'AssumeRoot',
  'GetSessionToken',
  'GetFederationToken',
  'GetScopedCredentials',
].map((action) => `sts:${action}`)

/** Plans by action, then by service: one look-up tells that a call is ordinary. */
export const plans: ReadonlyMap<string, ReadonlyMap<string, Plan>> = (() => {
  const table = new Map<string, Map<string, Plan>>()
  for (const name of new Set([...Object.keys(deedReaders), ...Object.keys(harvests), ...issuing])) {
    const [service = '', action = ''] = name.split(':')
    const [deeds, harvest] = [deedReaders[name], harvests[name]]
    const plan: Plan = {
      issues: issuing.includes(name),
      ...(deeds && { deeds }),
      ...(harvest && { harvest }),
    }
    table.set(action, (table.get(action) ?? new Map<string, Plan>()).set(service, plan))
  }
  return table
})()

/** requestIDs of the calls that an AWS MCP tool call made. */
function downstreamOf(extra: Fields): readonly string[] {
  const ids = list(extra['downstreamRequests']).map((item) => text(fields(item)['requestId']))
  return [...new Set(ids.filter((id) => id !== ''))]
}

/** What stands in the record outside the call itself. */
export type Session = {
  readonly record: Fields
  readonly user: Fields
  readonly who: Identity
  readonly scope: string
  readonly consoleAgent: boolean
}

type Draft = { -readonly [Name in keyof RareUse]: RareUse[Name] }

/** Traits of the session that few sessions have; most get an object without members. */
export function sessionTraits({ record, user, who, scope, consoleAgent }: Session): Draft {
  const traits: Draft = {}
  const context = fields(user['sessionContext'])
  if (consoleAgent || isConsoleUse(record, context)) traits.console = true
  const instance = instanceOf(who, context, scope)
  if (instance !== '') traits.instance = instance
  const signIn = signInOf(record, context)
  if (signIn !== '') traits.signIn = signIn
  if (who.hiddenIssue || (scope !== '' && !scope.includes(':instance/'))) traits.hiddenIssue = true
  return traits
}

/** ARN of the sign-in session: a label inside a console session. Sign-in records have it in additionalEventData. */
function signInOf(record: Fields, context: Fields): string {
  const arn = context['signInSessionArn']
  if (arn !== undefined) return text(arn)
  const type = record['eventType']
  return type === 'AwsMcpEvent' || type === 'AwsConsoleSignIn'
    ? text(fields(record['additionalEventData'])['signInSessionArn'])
    : ''
}

/** ARN of the function or instance that was given the key (CloudTrail User Guide, inScopeOf). */
export function scopeOf(user: Fields): string {
  const inScope = user['inScopeOf'] ?? fields(user['sessionContext'])['inScopeOf']
  return inScope === undefined ? '' : text(fields(inScope)['credentialsIssuedTo'])
}

function isConsoleUse(record: Fields, context: Fields): boolean {
  if (record['eventType'] === 'AwsConsoleSignIn') return true
  const said = record['sessionCredentialFromConsole']
  if (said !== undefined) return isTrue(said)
  const attributes = context['attributes']
  return attributes !== undefined && isTrue(fields(attributes)['sessionCredentialFromConsole'])
}

function instanceOf({ instance, session }: Identity, context: Fields, scope: string): string {
  if (instance !== '') return instance
  if (context['ec2RoleDelivery'] !== undefined) return session
  const at = scope.indexOf(':instance/')
  return at < 0 ? '' : scope.slice(at + ':instance/'.length)
}

/** Adds what this one call shows beyond being a use. */
export function addCallTraits(traits: Draft, plan: Plan | undefined, call: Call): void {
  const issue = plan?.issues && call.error === 'none' ? issueOf(call) : undefined
  if (issue) traits.issue = issue
  const deeds = plan?.deeds?.(call) ?? []
  if (deeds.length > 0) traits.deeds = deeds
  const secrets = plan?.harvest ? readHarvest(plan.harvest, call) : undefined
  if (secrets) traits.secrets = secrets
  const target = targetOf(call) || (deeds[0]?.target ?? '')
  if (target !== '') traits.target = target
  const downstream = call.record['eventType'] === 'AwsMcpEvent' ? downstreamOf(call.extra) : []
  if (downstream.length > 0) traits.downstream = downstream
}

/** Whether an object has any member. */
export function hasAny(traits: RareUse): boolean {
  for (const _ in traits) return true
  return false
}
