import { hash32 } from '#shared/facts/hash.ts'
import { RowIndex, Rows } from '#shared/facts/rows.ts'
import type { Session } from '#services/correlate/cred.ts'
import { sessionAt } from '#services/correlate/creds.ts'
import type { CorrelateState } from '#services/correlate/state.ts'

/** Sessions of a principal, as correlate has them. */
export type ByPrincipal = {
  /** Takes in the sessions that came since the last time. */
  catchUp(): void
  /** The latest seen first. */
  sessions(principal: string): Generator<Session>
}

/** Words of a session's row: the session of its principal before it, plus one; and of a principal's first, the latest. */
const [before, latest] = [0, 1]

/**
 * The sessions of one partition by principal. Correlate itself asks for them by key id and by name only; whoever plans a cut asks
 * for the neighbours too, and must not look at a million sessions for each. Sessions are never removed, so that what came since is
 * all that there is to do: 8 bytes for each session, and 8 for each principal.
 */
export function byPrincipal(state: CorrelateState): ByPrincipal {
  const { held } = state
  const rows = new Rows(2)
  /** The first session of each principal. */
  const firsts = new RowIndex()
  const nameOf = (row: number): string => held.principals.text(row)
  const hashOf = (row: number): number => hash32(nameOf(row))
  const firstOf = (principal: string): number => {
    let row = -1
    for (
      let slot = firsts.slot(hash32(principal));
      (row = firsts.at(slot)) >= 0;
      slot = firsts.next(slot)
    )
      if (held.principals.is(row, principal)) return row
    return -1
  }
  const catchUp = (): void => {
    while (rows.size < held.sessions.size) {
      const row = rows.add()
      const first = firstOf(nameOf(row))
      if (first < 0) firsts.put(row, hashOf)
      else rows.setWord(row, before, rows.word(first, latest) + 1)
      rows.setWord(first < 0 ? row : first, latest, row)
    }
  }
  return {
    catchUp,
    *sessions(principal) {
      catchUp()
      const first = firstOf(principal)
      if (first < 0) return
      for (let row = rows.word(first, latest); row >= 0; row = rows.word(row, before) - 1)
        yield sessionAt(state, row)
    },
  }
}
