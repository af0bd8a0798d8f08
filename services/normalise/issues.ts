import { lastPart, parseArn, principalOfArn } from '#shared/facts/arn.ts'
import type { IdentityKind, Issue } from '#shared/messages/use.ts'
import type { Call } from './call.ts'
import { fields, firstText, leaves, list, plain, text, type Fields } from './fields.ts'
import { intern } from './intern.ts'
import { unmaskKey } from './masked.ts'
import { timeOrZero } from './times.ts'

/** At most this many session tags: AWS allows 50 (STS API Reference). */
const mostTags = 50

/** Principal keys of the new credential; '' where the record does not tell. */
const children: Readonly<Record<string, (call: Call) => string>> = {
  AssumeRole: roleSession,
  AssumeRoleWithSAML: roleSession,
  AssumeRoleWithWebIdentity: roleSession,
  AssumeRoot: ({ params }) => rootOf(text(params['targetPrincipal'])),
  // The ARN of the caller stays: only the key id is new (STS API Reference).
  GetSessionToken: ({ principal }) => principal,
  GetScopedCredentials: (call) => roleSession(call) || call.principal,
  GetFederationToken: ({ params, response, principal, account }) =>
    principalOfArn(text(fields(response['federatedUser'])['arn']), account) ||
    `${principal.slice(0, principal.indexOf('/'))}/federated/${text(params['name'])}`,
}

function roleSession({ params, response, account }: Call): string {
  const arn = firstText(fields(response['assumedRoleUser']), 'arn')
  const promised = principalOfArn(arn, account)
  if (promised !== '') return promised
  const role = principalOfArn(text(params['roleArn']), account)
  const session = text(params['roleSessionName'])
  return role === '' || session === '' ? '' : `${role}/${session}`
}

/** The account's root: named by its id or its ARN. */
function rootOf(target: string): string {
  const account = parseArn(target)?.account ?? target
  return account === '' ? '' : `${account}/root`
}

const bys: Readonly<Partial<Record<IdentityKind, Issue['by']>>> = {
  service: 'service',
  idp: 'idp',
  account: 'account',
}

/** Tags in the shapes that STS writes: `[{key, value}]`, or an object of key to value (SAML: of key to list). */
function tagPairs(value: unknown): readonly (readonly [string, string])[] {
  if (!Array.isArray(value))
    return Object.entries(fields(value)).map(([key, tag]) => [key, list(tag).map(plain).join(',')])
  return value.map((item) => {
    const tag = fields(item)
    return [firstText(tag, 'key', 'Key'), firstText(tag, 'value', 'Value')]
  })
}

/** Where STS writes tags; later sources win. */
const tagSources = ['incomingTransitiveTags', 'principalTags', 'tags']

const noTags: Readonly<Record<string, string>> = Object.freeze({})

/** What the caller wrote on the session, in the order of the keys, so that equal records give equal bytes. */
function tagsOf(params: Fields): Readonly<Record<string, string>> {
  const tags = new Map<string, string>()
  for (const source of tagSources)
    if (params[source] !== undefined)
      for (const [key, tag] of tagPairs(params[source])) if (key !== '') tags.set(key, tag)
  if (tags.size === 0) return noTags
  const sorted = [...tags].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(sorted.slice(0, mostTags))
}

/**
 * The credential that this call made (reference: STS API; CloudTrail shows the new key id in
 * `responseElements.credentials`). Undefined where the call made none, was refused, or its answer is hidden: a lost link is
 * never guessed.
 */
export function issueOf(call: Call): Issue | undefined {
  const { action, params, response, record } = call
  const credentials = fields(response['credentials'])
  const key = unmaskKey(firstText(credentials, 'accessKeyId', 'AccessKeyId'))
  const child = key === '' ? '' : (children[action]?.(call) ?? '')
  if (child === '') return undefined
  const context = fields(call.user['sessionContext'])
  return {
    call: action,
    key,
    child: intern(child),
    expires: timeOrZero(credentials['expiration']),
    copy: call.identity === 'account' ? 'owner' : 'caller',
    shared: text(record['sharedEventID']),
    tags: tagsOf(params),
    sourceIdentity:
      firstText(params, 'sourceIdentity') ||
      firstText(response, 'sourceIdentity') ||
      firstText(context, 'sourceIdentity'),
    sessionName: firstText(params, 'roleSessionName', 'name') || lastPart(sessionOf(child)),
    description: firstText(params, 'scopedSessionDescription', 'ScopedSessionDescription'),
    by: bys[call.identity] ?? 'session',
    weight: leaves(record),
  }
}

const sessionOf = (child: string): string => {
  const [, kind, , ...session] = child.split('/')
  return kind === 'role' ? session.join('/') : ''
}
