import { parseArn } from '#shared/facts/arn.ts'
import type { Deed, DeedKind } from '#shared/messages/deed.ts'
import type { Call } from '../call.ts'

/** Reads the deeds of one kind of call from its record. */
export type DeedReader = (call: Call) => readonly Deed[]

/** Readers by `service:action`. */
export type DeedTable = Readonly<Record<string, DeedReader>>

/** At most this many accounts, principals or networks are named (shared/messages/deed.ts). */
export const mostGrantees = 8

const outcomes = { none: 'done', denied: 'denied' } as const

/** How the call ended, as a deed says it. */
export const outcomeOf = ({ error }: Call): Deed['outcome'] =>
  error === 'none' || error === 'denied' ? outcomes[error] : 'failed'

/** A deed with everything at its plainest; `more` says what differs. */
export const deed = (
  call: Call,
  kind: DeedKind,
  target: string,
  says: string,
  more: Partial<Deed> = {},
): Deed => ({
  deed: kind,
  target,
  account: call.account,
  grantee: 'none',
  to: [],
  power: 'none',
  document: 'none',
  outcome: outcomeOf(call),
  effect: 'neither',
  says,
  ...more,
})

/** Whether a target such as `user/alice` or `role/deploy` is the caller itself. */
export function granteeOf({ principal, account }: Call, target: string): 'self' | 'other' {
  const whole = `${account}/${target}`
  return principal === whole || principal.startsWith(`${whole}/`) ? 'self' : 'other'
}

/** Whether an account id is neither ours nor one that the configuration trusts. */
export const isOutside = (id: string, { account, trusted }: Call): boolean =>
  /^\d{12}$/.test(id) && id !== account && !trusted.has(id)

/** The account of an ARN or a bare id; '' where there is none. */
export const accountOf = (principal: string): string =>
  /^\d{12}$/.test(principal) ? principal : (parseArn(principal)?.account ?? '')

/** A target for people: `log-group/vpc` → "log group vpc"; what an account has only one of is named by it. */
export function spoken(target: string): string {
  const [kind = '', ...names] = target.split('/')
  const name = names.join('/')
  return `${kind.replaceAll('-', ' ')} ${/^\d{12}$/.test(name) ? `of account ${name}` : name}`
}

/** Who gained, for people: bare ids are accounts, and everyone may be everyone of one identity provider. */
export function spokenGrantees({ grantee, to }: Pick<Deed, 'grantee' | 'to'>): string {
  if (grantee === 'everyone')
    return to.includes('*') || to.length === 0 ? 'everyone' : `every user of ${to.join(', ')}`
  return to.map((who) => (/^\d{12}$/.test(who) ? `account ${who}` : who)).join(', ')
}

/** Distinct, sorted, bounded: the same record gives the same list. */
export const sortedSome = (items: readonly string[]): readonly string[] =>
  [...new Set(items)].toSorted().slice(0, mostGrantees)
