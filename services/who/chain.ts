import type { PathNode } from '#shared/messages/holder.ts'
import type { Incident } from '#shared/messages/incident.ts'
import { nodeOf, viewKey } from '#services/correlate/keys.ts'
import type { Cred, CorrelateState } from '#services/correlate/state.ts'

/** The chain of an incident, its last node with the edge by which its key was issued. */
export function chainOf(
  states: readonly CorrelateState[],
  { chain }: Incident,
): readonly PathNode[] {
  const last = chain.at(-1)
  if (!last) return chain
  for (const state of states) {
    const session = state.sessions.get(last.session)
    const cred = session && pick(session.creds, last.key)
    if (cred)
      return [...chain.slice(0, -1), { ...nodeOf(viewKey(state, cred)), holder: last.holder }]
  }
  return chain
}

/** The named key of a session; else its first one, whatever came first. */
const pick = (creds: readonly Cred[], key: string): Cred | undefined =>
  creds.find((cred) => cred.key === key) ?? creds.toSorted((a, b) => (a.key < b.key ? -1 : 1))[0]
