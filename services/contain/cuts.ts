import { holdsSign } from '#shared/secret-sign.ts'
import type { Order } from '#shared/messages/containment.ts'
import type { Cut, TimedCut } from '#shared/messages/cut.ts'
import type { Other, TreeNode } from '#shared/messages/tree.ts'

const hourMs = 3_600_000
/** AWS lets no temporary credential live longer (GetSessionToken and GetFederationToken, 36 h). */
const longestLifeMs = 36 * hourMs

/** What stops a credential: the unit that IAM can tell apart, and its cut; or why nothing here can. */
export type Way = { readonly unit: string; readonly cut: Cut } | { readonly note: string }

const isLongTerm = (credential: string): boolean => credential.startsWith('AKIA')

/** How one credential is stopped. */
export function wayTo({
  credential,
  principal,
  maker,
}: Pick<TreeNode, 'credential' | 'principal' | 'maker'>): Way {
  const [account = '', kind = '', name = '', session = ''] = principal.split('/')
  // A cut by a name that is not the real one would hit nobody, and say that it is in force.
  if (holdsSign(principal))
    return { note: `the name of ${principal} held a secret and is not kept: deny it by hand` }
  if (credential.startsWith('password:'))
    return {
      note: `the password of ${principal} cannot be taken away here: delete its login profile`,
    }
  if (kind === 'root')
    return { note: 'keys and sessions of root cannot be cut by anybody but root' }
  if (kind === 'user' && isLongTerm(credential))
    return {
      unit: `key:${credential}`,
      cut: { kind: 'disable-key', account, user: name, key: credential },
    }
  if (kind === 'user') return userSessions(account, name)
  if (kind === 'federated') {
    const [owner = '', makerKind = '', user = ''] = maker.split('/')
    if (makerKind === 'user') return userSessions(owner, user)
    return { note: 'no record shows which user made this federated session' }
  }
  if (kind === 'role' && session !== '') {
    const cut: Cut = { kind: 'deny-session', account, role: name, session }
    return { unit: `session:${principal}`, cut }
  }
  return { note: `IAM has no way to tell ${principal === '' ? 'it' : principal} apart` }
}

const userSessions = (account: string, user: string): Way => ({
  unit: `user-sessions:${account}/user/${user}`,
  cut: { kind: 'deny-user-sessions', account, user },
})

/** Whether it can still sign anything. Of unknown expiry, a temporary one is believed dead after the longest life there is. */
export function isLive(
  { credential, created, expires }: Pick<TreeNode, 'credential' | 'created' | 'expires'>,
  at: number,
): boolean {
  if (isLongTerm(credential) || credential.startsWith('password:')) return true
  if (expires > 0) return expires > at
  return created === 0 || created + longestLifeMs > at
}

/** Whether a cut of this unit hits him too. */
export function isHit(unit: string, cut: Cut, other: Other): boolean {
  if (other.task !== '' && cut.kind === 'disable-key') return other.credential === cut.key
  const way = wayTo(other)
  return 'unit' in way && way.unit === unit
}

/** The cut of an order as the actuator is asked for it. */
export const timed = ({ cut, issuedBefore }: Pick<Order, 'cut' | 'issuedBefore'>): TimedCut => ({
  ...cut,
  issuedBefore,
})

/** The cut as a person reads it. */
export function cutInWords(cut: Cut): string {
  if (cut.kind === 'disable-key')
    return `disable key ${cut.key} of user ${cut.user} in ${cut.account}`
  if (cut.kind === 'deny-user-sessions')
    return `deny every session that user ${cut.user} in ${cut.account} has so far`
  return `deny session ${cut.session} of role ${cut.role} in ${cut.account}`
}
