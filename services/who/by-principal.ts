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

/**
 * Words of a session's row: the session of its principal that came before it, in a principal's first the latest one; and the hash of
 * the principal.
 */
const [link, hash] = [0, 1]

/**
 * The sessions of one partition by principal. Correlate itself asks for them by key id and by name only; whoever plans a cut asks
 * for the neighbours too, and must not look at a million sessions for each. Sessions are never removed, so that what came since is
 * all that there is to do: 8 bytes for each session, and as much for each principal.
 */
export function byPrincipal(state: CorrelateState): ByPrincipal {
  const { held } = state
  const rows = new Rows(2)
  /** The first session of each principal. */
  const firsts = new RowIndex()
  const hashOf = (row: number): number => rows.word(row, hash)
  const firstOf = (principal: string, hashed: number): number => {
    let row = -1
    for (let slot = firsts.slot(hashed); (row = firsts.at(slot)) >= 0; slot = firsts.next(slot))
      if (hashOf(row) === hashed && held.principals.is(row, principal)) return row
    return -1
  }
  const take = (row: number): void => {
    const principal = held.principals.text(row)
    const hashed = hash32(principal)
    const first = firstOf(principal, hashed)
    rows.setWord(row, hash, hashed)
    if (first < 0) firsts.put(row, hashOf)
    else rows.setWord(row, link, rows.word(first, link))
    rows.setWord(first < 0 ? row : first, link, row)
  }
  const catchUp = (): void => {
    while (rows.size < held.sessions.size) take(rows.add())
  }
  return {
    catchUp,
    *sessions(principal) {
      catchUp()
      const first = firstOf(principal, hash32(principal))
      if (first < 0) return
      for (let row = rows.word(first, link); ; row = rows.word(row, link)) {
        yield sessionAt(state, row)
        if (row === first) return
      }
    },
  }
}
