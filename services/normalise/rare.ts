import type { Deed } from '#shared/messages/deed.ts'
import type { Issue, RareUse } from '#shared/messages/use.ts'
import type { Call } from './call.ts'
import { fields, isTrue, list, text, type Fields } from './fields.ts'
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

/** Traits of the session that few sessions have. */
export function sessionTraits(call: Call, consoleAgent: boolean): RareUse {
  const { user, record, extra, response } = call
  const context = fields(user['sessionContext'])
  const scope = scopeOf(user)
  const instance = instanceOf(call, context, scope)
  const signIn = text(context['signInSessionArn']) || text(extra['signInSessionArn'])
  return {
    ...(isConsoleUse(record, context, consoleAgent) && { console: true as const }),
    ...(instance !== '' && { instance }),
    ...(signIn !== '' && { signIn }),
    ...(hidesIssue(call, context, scope) && { hiddenIssue: true as const }),
    ...(response['ConsoleLogin'] !== undefined && { console: true as const }),
  }
}

/** ARN of the function or instance that was given the key (CloudTrail User Guide, inScopeOf). */
export function scopeOf(user: Fields): string {
  const inScope = user['inScopeOf'] ?? fields(user['sessionContext'])['inScopeOf']
  return inScope === undefined ? '' : text(fields(inScope)['credentialsIssuedTo'])
}

const isConsoleUse = (record: Fields, context: Fields, consoleAgent: boolean): boolean =>
  consoleAgent ||
  isTrue(record['sessionCredentialFromConsole']) ||
  isTrue(fields(context['attributes'])['sessionCredentialFromConsole']) ||
  record['eventType'] === 'AwsConsoleSignIn'

function instanceOf({ instance, session }: Call, context: Fields, scope: string): string {
  if (instance !== '') return instance
  if (text(context['ec2RoleDelivery']) !== '') return session
  const at = scope.indexOf(':instance/')
  return at < 0 ? '' : scope.slice(at + ':instance/'.length)
}

/** Paths of roles that AWS owns stand only in sessionIssuer.arn. */
function hidesIssue({ hiddenIssue }: Call, context: Fields, scope: string): boolean {
  if (hiddenIssue || (scope !== '' && !scope.includes(':instance/'))) return true
  const issuer = text(fields(context['sessionIssuer'])['arn'])
  return issuer.includes('/aws-service-role/') || issuer.includes('/aws-reserved/')
}

export type CallTraits = {
  readonly issue: Issue | undefined
  readonly deeds: readonly Deed[]
  readonly secrets: readonly string[] | undefined
  readonly target: string
  readonly downstream: readonly string[]
}

/** What this one call shows beyond being a use. */
export function callTraits(plan: Plan | undefined, call: Call): CallTraits {
  const deeds = plan?.deeds?.(call) ?? []
  return {
    issue: plan?.issues && call.error === 'none' ? issueOf(call) : undefined,
    deeds,
    secrets: plan?.harvest ? readHarvest(plan.harvest, call) : undefined,
    target: targetOf(call) || (deeds[0]?.target ?? ''),
    downstream: call.record['eventType'] === 'AwsMcpEvent' ? downstreamOf(call.extra) : [],
  }
}

/** Both together, with only the members that are there. Undefined where none is. */
export function rareOf(
  session: RareUse,
  traits: CallTraits | undefined,
  weight: number,
): RareUse | undefined {
  const { issue, deeds = [], secrets, target = '', downstream = [] } = traits ?? {}
  const rare: RareUse = {
    ...session,
    ...(issue && { issue }),
    ...(deeds.length > 0 && { deeds }),
    ...(secrets && { secrets }),
    ...(target !== '' && { target }),
    ...(downstream.length > 0 && { downstream }),
    ...(weight > 0 && { weight }),
  }
  return Object.keys(rare).length > 0 ? rare : undefined
}
