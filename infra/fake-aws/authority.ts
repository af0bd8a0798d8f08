import type { Caller, Signed } from './caller.ts'
import { sessionOf } from './caller.ts'
import type { Context } from './conditions.ts'
import { managedDocument } from './managed.ts'
import { policyOf, verdictOf, type Policy, type Question } from './policy.ts'
import type { Account } from './state.ts'

export type Verdict = 'allowed' | 'explicit deny' | 'no policy allows'

type Circumstances = {
  readonly region: string
  readonly address: string
  readonly userAgent: string
  readonly now: number
  readonly more: readonly (readonly [string, readonly string[]])[]
}

/** Condition keys of a request (IAM User Guide, "global condition context keys"), lower case. */
export function contextOf(caller: Caller, around: Circumstances): Context {
  const { region, address, userAgent, now, more } = around
  const context = new Map<string, readonly string[]>([
    ['aws:currenttime', [new Date(now).toISOString()]],
    ['aws:epochtime', [String(Math.floor(now / 1000))]],
    ['aws:requestedregion', [region]],
    ['aws:securetransport', ['true']],
    ['aws:sourceip', [address]],
    ['aws:useragent', [userAgent]],
    ...more,
  ])
  if (caller.kind === 'service') {
    context.set('aws:principalisawsservice', ['true'])
    context.set('aws:principalservicename', [caller.service.service])
    return context
  }
  for (const [key, value] of principalKeys(caller, now)) context.set(key, [value])
  return context
}

const principalTypes = { user: 'User', role: 'AssumedRole', federated: 'FederatedUser' } as const

function* principalKeys(caller: Signed, now: number): Iterable<readonly [string, string]> {
  yield ['aws:userid', caller.userid]
  yield ['aws:principalaccount', caller.account]
  yield ['aws:principaltype', principalTypes[caller.kind]]
  // For sessions of a role the ARN of the role, not of the session.
  yield ['aws:principalarn', caller.kind === 'role' ? caller.entity.arn : caller.arn]
  if (caller.kind === 'user') yield ['aws:username', caller.entity.name]
  for (const [tag, value] of caller.entity.tags.inEffect(now))
    yield [`aws:principaltag/${tag.toLowerCase()}`, value]
  const session = sessionOf(caller)
  if (!session) return
  // Absent for long-lived keys: a denial by issue time does not touch them.
  yield ['aws:tokenissuetime', new Date(session.issued).toISOString()]
  yield ['aws:multifactorauthpresent', 'false']
  if (session.sourceIdentity !== '') yield ['aws:sourceidentity', session.sourceIdentity]
  for (const [tag, value] of session.tags) yield [`aws:principaltag/${tag.toLowerCase()}`, value]
}

/** What the policies of a caller say: those of its user or role, and where it has session policies, these too. */
export function judge(caller: Caller, account: Account, question: Question, now: number): Verdict {
  if (caller.kind === 'service') return 'no policy allows'
  const entity = verdictOf(policiesOf(caller, account, now), question)
  if (entity === 'denied') return 'explicit deny'
  const session = sessionOf(caller)
  const bounds = session?.policies ?? []
  const bounded = verdictOf(bounds.map(policyOf), question)
  if (bounded === 'denied') return 'explicit deny'
  // GetFederationToken without a policy gives a session that may do nothing (STS API Reference).
  const isBounded = bounds.length > 0 || caller.kind === 'federated'
  return entity === 'allowed' && (!isBounded || bounded === 'allowed')
    ? 'allowed'
    : 'no policy allows'
}

/** Inline and attached policies of a user or role as they are in force. */
export function policiesOf(
  { entity }: Pick<Signed, 'entity'>,
  account: Account,
  now: number,
): Policy[] {
  const attached = [...entity.attached.inEffect(now)].map(
    (arn) => managedDocument(arn, account, now) ?? '',
  )
  return [...entity.inline.inEffect(now).values(), ...attached.filter((text) => text !== '')].map(
    policyOf,
  )
}

/** Whether a trust policy lets this caller in: `named` by itself, by its whole `account`, or not. */
export function trusted(
  trust: string,
  caller: Caller,
  question: Question,
): 'named' | 'account' | 'no' {
  const policy = policyOf(trust)
  const statements = (fits: (names: Policy[number]['principals'][number]) => boolean) =>
    policy.filter(({ principals }) => principals.some(fits))
  const verdict = (fits: (names: Policy[number]['principals'][number]) => boolean) =>
    verdictOf([statements(fits)], question)
  if (caller.kind === 'service') {
    const { service } = caller.service
    const says = verdict(({ type, name }) => type === 'Service' && name === service)
    return says === 'allowed' ? 'named' : 'no'
  }
  const own = new Set([caller.arn, caller.entity.arn])
  const whole = new Set([caller.account, `arn:aws:iam::${caller.account}:root`, '*'])
  if (verdict(({ name }) => own.has(name) || whole.has(name)) !== 'allowed') return 'no'
  return verdict(({ name }) => own.has(name)) === 'allowed' ? 'named' : 'account'
}
