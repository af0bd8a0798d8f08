import { earliest, latest, type Mark } from '#shared/facts/mark.ts'
import type { ErrorClass } from '#shared/messages/use.ts'
import { rowsOf, whatOf } from '#services/correlate/rows.ts'
import type { Known } from './find.ts'

/** One action of one service that a subject called, refused or not. */
export type Touched = {
  readonly service: string
  readonly action: string
  readonly first: Mark
  readonly latest: Mark
  /** How its calls ended, sorted. */
  readonly outcomes: readonly ErrorClass[]
  readonly accounts: readonly string[]
}

/** What these credentials called, by service and action. Bounded as the summaries are: 64 values a credential. */
export function touchedBy(known: readonly Known[]): Touched[] {
  const found = new Map<string, Touched>()
  for (const { state, cred } of known)
    for (const row of rowsOf(state, cred, 'what')) {
      const { service, action, error, account } = whatOf(state, row)
      const before = found.get(`${service}:${action}`)
      found.set(`${service}:${action}`, {
        service,
        action,
        first: earliest(before?.first, state.seen.first(row)),
        latest: latest(before?.latest, state.seen.last(row)),
        outcomes: added(before?.outcomes, error),
        accounts: added(before?.accounts, account),
      })
    }
  return [...found.values()].toSorted(
    (a, b) => compare(a.service, b.service) || compare(a.action, b.action),
  )
}

const added = <T extends string>(list: readonly T[] = [], text: T): readonly T[] =>
  list.includes(text) ? list : [...list, text].toSorted()

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
