import type { RareUse } from '#shared/messages/use.ts'
import { fields, isTrue, text, type Fields } from './fields.ts'
import { intern, printOf } from './intern.ts'
import { unmaskKey } from './masked.ts'
import { identityByArn, identityOf, type Identity } from './principal.ts'
import { withoutSecrets } from './secrets.ts'
import { timeOrZero } from './times.ts'

/** What `userIdentity` says: who signed, with which credential, and of what session it is. */
export type Signer = Pick<Identity, 'principal' | 'identity' | 'account'> & {
  readonly key: string
  /** creationDate, epoch ms; 0 where absent. */
  readonly created: number
  readonly sourceIdentity: string
  readonly scope: string
  /** Whether the principal itself made the call; else a service did on its behalf (SEMANTICS A5). */
  readonly direct: boolean
  /** The session says of itself that a person has it from the console. */
  readonly console: boolean
  /** ARN of the sign-in session; undefined where `userIdentity` has none. */
  readonly signIn: string | undefined
  /** Traits that every use of the session has; shared by them all. */
  readonly traits: RareUse | undefined
  /** As the record has them, to recognise the same identity in the next one. */
  readonly type: unknown
  readonly arn: unknown
  readonly creationDate: unknown
}

/** The agent itself calls through this service, so its records are direct (SEMANTICS A5). */
const mcpService = 'aws-mcp.amazonaws.com'

/** ARN of the function or instance that was given the key (CloudTrail User Guide, inScopeOf). */
function scopeOf(user: Fields, context: Fields): unknown {
  const inScope = user['inScopeOf'] ?? context['inScopeOf']
  return inScope === undefined ? undefined : fields(inScope)['credentialsIssuedTo']
}

function instanceOf({ instance, session }: Identity, context: Fields, scope: string): string {
  if (instance !== '') return instance
  if (context['ec2RoleDelivery'] !== undefined) return session
  const at = scope.indexOf(':instance/')
  return at < 0 ? '' : scope.slice(at + ':instance/'.length)
}

/** Traits of the session that few sessions have; undefined for most. */
function traitsOf(who: Identity, context: Fields, scope: string): RareUse | undefined {
  const instance = instanceOf(who, context, scope)
  const hidden = who.hiddenIssue || (scope !== '' && !scope.includes(':instance/'))
  if (instance === '' && !hidden) return undefined
  return { ...(instance !== '' && { instance }), ...(hidden && { hiddenIssue: true }) }
}

function read(user: Fields, account: string): Signer {
  const context = fields(user['sessionContext'])
  const attributes = fields(context['attributes'])
  const who = identityOf(user, account)
  const scope = intern(text(scopeOf(user, context)))
  const { invokedBy, type, arn } = user
  const { creationDate } = attributes
  const signIn = context['signInSessionArn']
  // One flat object: what most records need of it lies together in memory.
  return {
    principal: withoutSecrets(who.principal),
    identity: who.identity,
    account: who.account,
    key: unmaskKey(text(user['accessKeyId'])),
    created: timeOrZero(creationDate),
    sourceIdentity: intern(withoutSecrets(text(context['sourceIdentity']))),
    scope,
    direct: who.identity !== 'service' && (!invokedBy || invokedBy === mcpService),
    console: isTrue(attributes['sessionCredentialFromConsole']),
    signIn: signIn === undefined ? undefined : text(signIn),
    traits: traitsOf(who, context, scope),
    type: typeof type === 'string' ? intern(type) : type,
    arn,
    creationDate,
  }
}

const sets = 1 << 13
const ways = 4
/** Beside each other in memory, so that other sessions of the set need not be touched. */
const prints = new Int32Array(sets * ways)
const table: (Signer | undefined)[] = Array.from({ length: sets * ways }, () => undefined)
let turn = 0

/** Whether an identity says only what is compared in `isSame`. */
function isUsual(user: Fields, context: Fields, attributes: Fields): boolean {
  return (
    user['invokedBy'] === undefined &&
    context['ec2RoleDelivery'] === undefined &&
    context['signInSessionArn'] === undefined &&
    attributes['sessionCredentialFromConsole'] === undefined
  )
}

const isSame = (known: Signer, user: Fields, context: Fields, attributes: Fields): boolean =>
  known.key === user['accessKeyId'] &&
  known.arn === user['arn'] &&
  known.creationDate === attributes['creationDate'] &&
  known.type === user['type'] &&
  known.sourceIdentity === text(context['sourceIdentity']) &&
  known.scope === text(scopeOf(user, context))

/**
 * Who signed a record. Most records of a credential carry one and the same identity, so what it says is kept by key id and
 * found again by comparing the texts; nothing depends on that but speed.
 *
 * @param account the account in which it happened, for identities that name none
 */
export function signerOf(user: Fields, account: string): Signer {
  const key = user['accessKeyId']
  const context = fields(user['sessionContext'])
  const attributes = fields(context['attributes'])
  if (typeof key !== 'string' || !isUsual(user, context, attributes)) return read(user, account)
  const print = printOf(key)
  const start = (print & (sets - 1)) * ways
  for (let at = start; at < start + ways; at++) {
    const known = prints[at] === print ? table[at] : undefined
    if (known && isSame(known, user, context, attributes)) return known
  }
  const signer = read(user, account)
  // Kept only where the ARN alone names the principal: else it depends on more than is compared.
  if (identityByArn(user) && signer.key !== '') {
    const at = start + (turn++ & (ways - 1))
    prints[at] = print
    table[at] = signer
  }
  return signer
}
