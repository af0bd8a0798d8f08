import { lastPart, principalOfArn } from '#shared/facts/arn.ts'
import type { IdentityKind } from '#shared/messages/use.ts'
import { fields, firstText, text, type Fields } from './fields.ts'
import { intern, memo } from './intern.ts'

/** `userIdentity.type` → kind (CloudTrail User Guide, "userIdentity element"). */
const kinds: ReadonlyMap<string, IdentityKind> = new Map([
  ['IAMUser', 'user'],
  ['AssumedRole', 'role'],
  ['Role', 'role'],
  ['Root', 'root'],
  ['FederatedUser', 'federated'],
  ['AWSService', 'service'],
  ['WebIdentityUser', 'idp'],
  ['SAMLUser', 'idp'],
  ['IdentityCenterUser', 'idp'],
  ['AWSAccount', 'account'],
])

/** What the record says of itself: who signed it, and what only its principal tells. */
export type Identity = {
  readonly principal: string
  readonly identity: IdentityKind
  /** Account of the principal; '' for those of providers and of AWS. */
  readonly account: string
  /** Session name of a role session; '' else. */
  readonly session: string
  /** Id of the instance whose name the session carries; ''. */
  readonly instance: string
  /** A role that AWS made for itself or hands out through Identity Center: its issue is not shown to us. */
  readonly hiddenIssue: boolean
}

/** Instance ids, also as anonymisers leave them: `i-` and 8 to 17 letters or digits. */
const instanceName = /^i-[0-9a-z]{8,17}$/i

/** Roles that AWS creates: Identity Center's, and the service-linked ones (IAM User Guide). */
const hiddenRole = /^(?:AWSReservedSSO_|AWSServiceRoleFor)/

const kindOfPrincipal = (principal: string): IdentityKind => {
  const [, kind = ''] = principal.split('/')
  if (kind === 'user' || kind === 'role' || kind === 'root' || kind === 'federated') return kind
  return principal.startsWith('idp/') ? 'idp' : 'unknown'
}

/** Identity of a principal key. */
export function describe(principal: string, identity = kindOfPrincipal(principal)): Identity {
  const [account = '', kind, role = '', ...rest] = principal.split('/')
  const session = kind === 'role' ? rest.join('/') : ''
  return {
    principal: intern(principal),
    identity,
    account: identity === 'idp' || identity === 'service' ? '' : intern(account),
    session,
    instance: instanceName.test(session) ? session : '',
    hiddenIssue: kind === 'role' && hiddenRole.test(role),
  }
}

/** Most records name their principal by an ARN that has been seen before. An ARN without account is not kept here. */
const byArn = memo((arn): Identity | null => {
  const principal = principalOfArn(arn)
  return principal === '' || principal.startsWith('/') ? null : describe(principal)
})

/** How a kind without a usable ARN names its principal, from what else the record has. */
const withoutArn: Readonly<Record<IdentityKind, (user: Fields, account: string) => string>> = {
  user: (user, account) => `${account}/user/${firstText(user, 'userName', 'principalId') || '-'}`,
  role: roleOf,
  root: (_, account) => `${account}/root`,
  federated: (user, account) =>
    `${account}/federated/${lastPart(text(user['principalId'])) || '-'}`,
  service: (user) => `aws/service/${text(user['invokedBy']) || '-'}`,
  idp: idpOf,
  account: (user, account) => `${account}/account/${text(user['principalId']) || '-'}`,
  unknown: (user, account) =>
    `${account}/unknown/${firstText(user, 'userName', 'principalId', 'type') || '-'}`,
}

/** `principalId` of a role session is `AROA…:session` (CloudTrail User Guide). */
function roleOf(user: Fields, account: string): string {
  const issuer = fields(fields(user['sessionContext'])['sessionIssuer'])
  const id = text(user['principalId'])
  const colon = id.indexOf(':')
  const role = lastPart(text(issuer['arn'])) || firstText(issuer, 'userName', 'principalId')
  const name = role || firstText(user, 'userName') || id.slice(0, Math.max(colon, 0)) || id || '-'
  return colon < 0 ? `${account}/role/${name}` : `${account}/role/${name}/${id.slice(colon + 1)}`
}

/**
 * `idp/PROVIDER/SUBJECT`. Web: principalId is `provider:application:subject`; SAML: `nameQualifier:subject`; Identity Center
 * names the person in onBehalfOf.
 */
function idpOf(user: Fields): string {
  const type = text(user['type'])
  if (type === 'IdentityCenterUser') {
    const person = fields(user['onBehalfOf'])
    return `idp/identity-center/${firstText(person, 'userId') || firstText(user, 'credentialId') || '-'}`
  }
  const id = text(user['principalId'])
  const provider = text(user['identityProvider']) || id.slice(0, Math.max(id.indexOf(':'), 0))
  return `idp/${lastPart(provider) || '-'}/${firstText(user, 'userName') || lastPart(id) || '-'}`
}

/** A type that AWS does not know, or none: the ARN decides, else who invoked it. */
function kindWithoutType(user: Fields): IdentityKind {
  if (text(user['invokedBy']) !== '') return 'service'
  return firstText(user, 'credentialId') === '' ? 'unknown' : 'idp'
}

/** Identity that the ARN alone names, whatever else the record says; undefined where it does not. */
export function identityByArn({ type, arn }: Fields): Identity | undefined {
  const kind = typeof type === 'string' ? kinds.get(type) : undefined
  if (typeof arn !== 'string' || kind === 'service' || kind === 'idp') return undefined
  const known = byArn(arn)
  return known && (kind === undefined || kind === known.identity) ? known : undefined
}

/**
 * Who signed the call (SEMANTICS B1). Never throws; a principal that cannot be told apart keeps what the record has.
 *
 * @param user `userIdentity`
 * @param account the account in which it happened, for identities that name none
 */
export function identityOf(user: Fields, account: string): Identity {
  const byItsArn = identityByArn(user)
  if (byItsArn) return byItsArn
  const type = user['type']
  const kind = typeof type === 'string' ? kinds.get(type) : undefined
  const arn = user['arn']
  if (typeof arn === 'string' && kind !== 'service' && kind !== 'idp') {
    const principal = principalOfArn(arn, text(user['accountId']) || account)
    if (principal !== '') return describe(principal, kind ?? kindOfPrincipal(principal))
  }
  const owner = firstText(user, 'accountId') || account
  const found = kind ?? kindWithoutType(user)
  return describe(withoutArn[found](user, owner), found)
}
