import type { PathNode } from '#shared/messages/holder.ts'
import type { Incident } from '#shared/messages/incident.ts'
import { sessionById } from '#services/correlate/creds.ts'
import { nodeOf, viewKey } from '#services/correlate/keys.ts'
import type { Cred } from '#services/correlate/cred.ts'
import type { CorrelateState } from '#services/correlate/state.ts'
import { lookupIn, mintedFrom, type Minted } from './minted.ts'

/** The chain of an incident, its last node with the edge by which its key was issued. */
export function chainOf(
  states: readonly CorrelateState[],
  { chain }: Incident,
): readonly PathNode[] {
  const last = chain.at(-1)
  if (!last) return chain
  for (const state of states) {
    const session = sessionById(state, last.session)
    const cred = session && pick(session.creds, last.key)
    if (cred)
      return [...chain.slice(0, -1), { ...nodeOf(viewKey(state, cred)), holder: last.holder }]
  }
  return chain
}

/** The named key of a session; else its first one, whatever came first. */
const pick = (creds: readonly Cred[], key: string): Cred | undefined =>
  creds.find((cred) => cred.key === key) ?? creds.toSorted((a, b) => (a.key < b.key ? -1 : 1))[0]

/** What was minted from the last credential of an incident's chain: the way that the story went on. */
export function mintedBelow(
  states: readonly CorrelateState[],
  { chain }: Incident,
): readonly Minted[] {
  const last = chain.at(-1)
  if (!last || last.key === '') return []
  const lookup = lookupIn(states)
  const own = lookup(last.key).filter(({ session }) => session.id === last.session)
  return mintedFrom(lookup, own).minted
}
