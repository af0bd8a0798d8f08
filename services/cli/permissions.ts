import type { AwsAccess } from '#shared/ports/aws-access.ts'
import type { Asked, Target } from '#shared/ports/permissions.ts'
import type { Check } from '#services/doors/diagnose.ts'
import type { Report } from '#services/doors/report.ts'
import { readIn, respondedIn } from './cloud.ts'
import type { Context } from './command.ts'
import { queueChecks } from './queue-permissions.ts'
import { asker, deniedOf, namesOf, unmeasured, unusable } from './simulated.ts'
import type { Ask, Found, Part } from './simulated.ts'

/** What the reader must be allowed (docs/connect-aws.md). */
const readerNeeds: readonly Asked[] = [{ action: 'cloudtrail:LookupEvents', resource: '*' }]

/** What the responder must be allowed on users and on roles (docs/connect-aws.md). */
const responderNeeds = {
  user: [
    'iam:ListAccessKeys',
    'iam:UpdateAccessKey',
    'iam:GetUser',
    'iam:GetUserPolicy',
    'iam:PutUserPolicy',
    'iam:DeleteUserPolicy',
  ],
  role: ['iam:GetRole', 'iam:GetRolePolicy', 'iam:PutRolePolicy', 'iam:DeleteRolePolicy'],
} as const
type Kind = keyof typeof responderNeeds
const kinds: readonly Kind[] = ['user', 'role']

const anywhere = (account: string): readonly Asked[] =>
  kinds.flatMap((kind) =>
    responderNeeds[kind].map((action) => ({
      action,
      resource: `arn:aws:iam::${account}:${kind}/*`,
    })),
  )

/** Principals of agents that are tried where not everybody may be cut. */
const triedMax = 20

/**
 * For each account and role, and each queue, that is configured: is it allowed what it needs? Asked of IAM's simulator; nothing
 * is done.
 *
 * @param report what serve says: of principals of agents, whom the responder must be allowed to cut where it may not cut just anybody,
 * and of what it reads
 */
export async function permissionsIn(
  { config, machine }: Context,
  report: Report | undefined,
): Promise<readonly Check[]> {
  if (config.aws.accounts.length + config.aws.queues.length === 0) return [notAsked]
  const principals = report ? principalsIn(report) : []
  const { permissions } = await machine.cloud()
  const readers = new Map(readIn(config).map(({ options, access }) => [options.account, access]))
  const responders = respondedIn(config)
  const checks: Check[] = []
  for (const { id } of config.aws.accounts) {
    const [reader, responder] = [readers.get(id), responders.get(id)]
    const asking = asker(permissions)
    if (reader) checks.push(await readerCheck(readerPart(id, reader), asking))
    if (responder) {
      // The responder is denied every look at itself: the reader asks for both.
      const part = responderPart(id, responder, reader ? [reader, responder] : [responder])
      const own = principals.filter((each) => each.startsWith(`${id}/`)).slice(0, triedMax)
      checks.push(await responderCheck(part, id, asking, own))
    }
  }
  return [...checks, ...(await queueChecks(config, report, asker(permissions)))]
}

/** Principals of all agents that serve knows: whom a cut may have to reach. */
const principalsIn = ({ agents }: Report): readonly string[] => [
  ...new Set((agents ?? []).flatMap(({ named }) => named)),
]

const readerPart = (account: string, access: AwsAccess): Part => ({
  what: `permissions of the reader in ${account}`,
  access,
  askers: [access],
  ifDenied: 'docs/connect-aws.md has the policy of the reader',
})

const responderPart = (account: string, access: AwsAccess, askers: readonly AwsAccess[]): Part => ({
  what: `permissions of the responder in ${account}`,
  access,
  askers,
  ifDenied: 'docs/connect-aws.md has the policy',
})

async function readerCheck(part: Part, ask: Ask): Promise<Check> {
  const { what, access, ifDenied } = part
  const identity = await ask(access, (own) => own.identity())
  if ('why' in identity) return unusable(part, identity.why)
  const denied = await deniedOf(part, identity.found, readerNeeds, ask)
  if ('why' in denied) return unmeasured(part, denied.why)
  return denied.found.length === 0
    ? { what, is: 'fine', says: `${identity.found} is allowed all ${readerNeeds.length} actions` }
    : {
        what,
        is: 'wrong',
        says: `${identity.found} is denied ${namesOf(denied.found)}`,
        todo: ifDenied,
      }
}

/**
 * Its rights may be bound to a path or a tag on purpose: then nobody can say of all users and roles whether it is enough, but
 * of each that an agent acts as.
 */
async function responderCheck(
  part: Part,
  account: string,
  ask: Ask,
  principals: readonly string[],
): Promise<Check> {
  const { what, access, ifDenied } = part
  const identity = await ask(access, (own) => own.identity())
  if ('why' in identity) return unusable(part, identity.why)
  const us = identity.found
  const needs = anywhere(account)
  const general = await deniedOf(part, us, needs, ask)
  if ('why' in general) return unmeasured(part, general.why)
  if (general.found.length === 0)
    return { what, is: 'fine', says: `${us} is allowed all ${needs.length} actions` }
  const names = namesOf(general.found)
  if (general.found.some(({ isExplicit }) => isExplicit))
    return { what, is: 'wrong', says: `${us} is denied ${names}`, todo: ifDenied }
  const tried = await triedOn(part, us, principals, ask)
  if ('why' in tried) return unmeasured(part, tried.why)
  const { lacks, count } = tried.found
  if (count + lacks.length === 0)
    return {
      what,
      is: 'unknown',
      says: `${us} is not allowed ${names} on just anybody; whether it is on whom it must cut is not known`,
      todo: 'register agents with their principals: if the rights are bound to a path or a tag, doctor tries these',
    }
  return lacks.length === 0
    ? {
        what,
        is: 'fine',
        says: `${us} may cut all ${count} that agents act as; on just anybody it is not allowed ${names}`,
      }
    : {
        what,
        is: 'wrong',
        says: `${us} may not cut ${lacks.join('; nor ')}`,
        todo: `${ifDenied}; if it is bound to a path or a tag, put the agent there`,
      }
}

type Tried = { readonly lacks: readonly string[]; readonly count: number }

async function triedOn(
  part: Part,
  us: string,
  principals: readonly string[],
  ask: Ask,
): Promise<Found<Tried>> {
  const lacks: string[] = []
  let count = 0
  for (const principal of principals) {
    const [account, kind, name] = principal.split('/')
    if ((kind !== 'user' && kind !== 'role') || name === undefined) continue
    const target = await ask(part.access, (own) => own.target(`${account}/${kind}/${name}`))
    if ('why' in target) {
      if (target.passing) return target
      lacks.push(`${principal}: ${target.why}`)
      continue
    }
    if (!target.found) continue
    count++
    const denied = await deniedOf(part, us, needsOn(kind, target.found), ask)
    if ('why' in denied) return denied
    if (denied.found.length > 0) lacks.push(`${principal} (${namesOf(denied.found)})`)
  }
  return { found: { lacks, count } }
}

const needsOn = (kind: Kind, { arn, tags }: Target): readonly Asked[] =>
  responderNeeds[kind].map((action) => ({ action, resource: arn, tags }))

const notAsked: Check = {
  what: 'permissions in AWS',
  is: 'unknown',
  says: 'no account is configured',
  todo: 'docs/connect-aws.md has the exact policies',
}
