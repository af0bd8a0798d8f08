import type { Cred, Session } from '#services/correlate/cred.ts'
import type { Child } from '#services/correlate/rich.ts'
import type { Lookup } from './minted.ts'

/** Sessions of a principal, the latest first. */
export type SessionsOf = (principal: string) => Iterable<Session>

/** Sessions of one maker that are looked through for what they federated, the latest. */
const makerSessionsMax = 5_000

/**
 * Each once: every credential of these principals, and what was federated by their makers, who are cut by the same cut. A
 * broker makes thousands that are nobody's neighbours: only federated ones are looked up.
 */
export function* neighbours(
  principals: ReadonlySet<string>,
  makers: ReadonlySet<string>,
  sessionsOf: SessionsOf,
  lookup: Lookup,
): Generator<Cred> {
  for (const principal of principals) for (const { creds } of sessionsOf(principal)) yield* creds
  const seen = new Set<string>()
  for (const maker of makers)
    for (const [key, { principal }] of childrenOf(maker, sessionsOf)) {
      if (!isFederated(principal) || principals.has(principal) || seen.has(key)) continue
      seen.add(key)
      yield* lookup(key).filter(({ session }) => session.identity === 'federated')
    }
}

const isFederated = (principal: string): boolean => principal.split('/')[1] === 'federated'

function* childrenOf(
  principal: string,
  sessionsOf: SessionsOf,
): Generator<readonly [key: string, child: Child]> {
  let left = makerSessionsMax
  for (const { creds } of sessionsOf(principal)) {
    if (left-- === 0) return
    for (const { rich } of creds) if (rich?.children) yield* rich.children.entries
  }
}
