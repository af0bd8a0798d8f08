import { reasonOf, Transient } from '#shared/errors.ts'
import type { AwsAccess } from '#shared/ports/aws-access.ts'
import { Refused } from '#shared/ports/actuator.ts'
import type { Asked, Permissions } from '#shared/ports/permissions.ts'
import type { Check } from '#services/doors/diagnose.ts'
import { readIn, respondedIn } from './cloud.ts'
import type { Context } from './command.ts'

/** What the reader must be allowed (docs/connect-aws.md). */
const readerNeeds: readonly Asked[] = [{ action: 'cloudtrail:LookupEvents', resource: '*' }]

/** What the responder must be allowed (docs/connect-aws.md). */
const responderNeeds = (account: string): readonly Asked[] => [
  ...[
    'iam:ListAccessKeys',
    'iam:UpdateAccessKey',
    'iam:GetUser',
    'iam:GetUserPolicy',
    'iam:PutUserPolicy',
    'iam:DeleteUserPolicy',
  ].map((action) => ({ action, resource: `arn:aws:iam::${account}:user/*` })),
  ...['iam:GetRole', 'iam:GetRolePolicy', 'iam:PutRolePolicy', 'iam:DeleteRolePolicy'].map(
    (action) => ({ action, resource: `arn:aws:iam::${account}:role/*` }),
  ),
]

/** Somebody that we are in an account, and what he needs. */
type Part = {
  readonly what: string
  readonly access: AwsAccess
  readonly needs: readonly Asked[]
  readonly ifDenied: string
}

/** For each account and role that is configured: is it allowed what it needs? Asked of IAM's simulator; nothing is done. */
export async function permissionsIn({ config, machine }: Context): Promise<readonly Check[]> {
  if (config.aws.accounts.length === 0) return [notAsked]
  const cloud = await machine.cloud()
  const readers = new Map(readIn(config).map(({ options, access }) => [options.account, access]))
  const responders = respondedIn(config)
  const checks: Check[] = []
  for (const { id } of config.aws.accounts) {
    const [reader, responder] = [readers.get(id), responders.get(id)]
    // The responder is denied every look at itself: the reader asks for both.
    if (reader) checks.push(await checked(readerPart(id, reader), [reader], cloud.permissions))
    if (responder) {
      const askers = reader ? [reader, responder] : [responder]
      checks.push(await checked(responderPart(id, responder), askers, cloud.permissions))
    }
  }
  return checks
}

const readerPart = (id: string, access: AwsAccess): Part => ({
  what: `permissions of the reader in ${id}`,
  access,
  needs: readerNeeds,
  ifDenied: 'docs/connect-aws.md has the policy of the reader',
})

const responderPart = (id: string, access: AwsAccess): Part => ({
  what: `permissions of the responder in ${id}`,
  access,
  needs: responderNeeds(id),
  ifDenied:
    'docs/connect-aws.md has the policy; if its Resource is narrowed to a path on purpose, these stay denied for all others',
})

async function checked(
  { what, access, needs, ifDenied }: Part,
  askers: readonly AwsAccess[],
  permissions: (access: AwsAccess) => Permissions,
): Promise<Check> {
  const identity = await answered(access, permissions, (own) => own.identity())
  if ('why' in identity)
    return { what, is: 'wrong', says: `cannot be used: ${identity.why}`, todo: ifDenied }
  let why = ''
  for (const asker of askers) {
    const denied = await answered(asker, permissions, (by) => by.denied(identity.found, needs))
    if ('why' in denied) {
      why ||= denied.why
      continue
    }
    const names = denied.found.map(({ action }) => action).join(', ')
    return names === ''
      ? { what, is: 'fine', says: `${identity.found} is allowed all ${needs.length} actions` }
      : { what, is: 'wrong', says: `${identity.found} is denied ${names}`, todo: ifDenied }
  }
  const todo = 'allow the reader iam:SimulatePrincipalPolicy on both roles: docs/connect-aws.md'
  return { what, is: 'unknown', says: `not measurable: ${why}`, todo }
}

async function answered<T>(
  access: AwsAccess,
  permissions: (access: AwsAccess) => Permissions,
  ask: (of: Permissions) => Promise<T>,
): Promise<{ readonly found: T } | { readonly why: string }> {
  const open = permissions(access)
  try {
    return { found: await ask(open) }
  } catch (cause) {
    if (!(cause instanceof Refused) && !(cause instanceof Transient)) throw cause
    return { why: reasonOf(cause) }
  } finally {
    open.close()
  }
}

const notAsked: Check = {
  what: 'permissions in AWS',
  is: 'unknown',
  says: 'no account is configured',
  todo: 'docs/connect-aws.md has the exact policies',
}
