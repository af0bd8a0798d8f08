import type { Use } from '#shared/messages/use.ts'
import { credOf, moveEnds } from './creds.ts'
import { matchRequest } from './matches.ts'
import { learnRare } from './rare.ts'
import { sight } from './rows.ts'
import { touch, type CorrelateState } from './state.ts'

/**
 * Folds one use. `repeat`: the record came before, so it adds facts but is not counted again. A forwarded call makes no
 * session (SEMANTICS A5), and a service is never a subject or a parent (B1): both are only counted.
 */
export function learnUse(state: CorrelateState, use: Use, repeat: boolean): void {
  if (!use.direct || use.identity === 'service') {
    if (!repeat) state.forwarded.set(use.principal, (state.forwarded.get(use.principal) ?? 0) + 1)
    return
  }
  state.ids.note(use.id)
  const cred = credOf(state, use)
  if (!repeat) cred.uses++
  if (use.sourceIdentity !== '' && cred.show('sources', use.sourceIdentity))
    touch(state, cred.session, 'holder')
  if (use.scope !== '' && cred.show('scopes', use.scope)) touch(state, cred.session, 'holder')
  sight(state, cred, use)
  moveEnds(state, cred, use.at)
  if (use.request !== '') matchRequest(state, cred, use)
  if (use.rare !== undefined || use.error === 'denied') learnRare(state, cred, use)
}
