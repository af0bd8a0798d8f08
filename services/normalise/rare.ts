import type { RareUse } from '#shared/messages/use.ts'
import type { Call } from './call.ts'
import { fields, isTrue, list, text, type Fields } from './fields.ts'
import type { Agent } from './places.ts'
import type { Signer } from './signer.ts'
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

type Draft = { -readonly [Name in keyof RareUse]: RareUse[Name] }

/** ARN of the sign-in session: a label inside a console session. Sign-in records have it in additionalEventData. */
function signInOf(record: Fields, signer: Signer): string {
  if (signer.signIn !== undefined) return signer.signIn
  const type = record['eventType']
  return type === 'AwsMcpEvent' || type === 'AwsConsoleSignIn'
    ? text(fields(record['additionalEventData'])['signInSessionArn'])
    : ''
}

/** What the record says of the console counts more than what its session says. */
function isConsoleUse(record: Fields, signer: Signer): boolean {
  if (record['eventType'] === 'AwsConsoleSignIn') return true
  const said = record['sessionCredentialFromConsole']
  return said === undefined ? signer.console : isTrue(said)
}

/** Traits of the session as this record shows it; undefined for most. Shared between records: never to be changed. */
export function sessionTraits(record: Fields, signer: Signer, agent: Agent): RareUse | undefined {
  const fromConsole = agent.console || isConsoleUse(record, signer)
  const signIn = signInOf(record, signer)
  if (!fromConsole && signIn === '') return signer.traits
  return {
    ...signer.traits,
    ...(fromConsole && { console: true }),
    ...(signIn !== '' && { signIn }),
  }
}

/** What this one call shows beyond being a use, added to the traits of its session; undefined where there is nothing. */
export function callTraits(
  session: RareUse | undefined,
  plan: Plan | undefined,
  call: Call,
): RareUse | undefined {
  const traits: Draft = { ...session }
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
  return hasAny(traits) ? traits : undefined
}

/** Whether an object has any member. */
function hasAny(traits: RareUse): boolean {
  for (const _ in traits) return true
  return false
}
