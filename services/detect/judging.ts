import { compareMarks, type Mark } from '#shared/facts/mark.ts'
import type { DeedKind } from '#shared/messages/deed.ts'
import type { Verdict } from '#shared/messages/finding.ts'
import type { DeedFact, SessionFacts, TargetDeed } from '#shared/messages/session-facts.ts'
import { tellAttempts } from './attempts.ts'

/** What judges have in common: choosing deeds, telling them, and finding bursts. Pure, and blind to the order of lists. */

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

/** Deeds of these kinds that were done. Putting back what was weakened is no deed. */
export const done = (facts: SessionFacts, ...kinds: readonly DeedKind[]): DeedFact[] =>
  facts.deeds.filter(
    ({ deed, outcome, effect }) =>
      outcome === 'done' && effect !== 'restores' && kinds.includes(deed),
  )

/** Deeds of these kinds that were tried and refused, or failed. */
export const tried = (facts: SessionFacts, ...kinds: readonly DeedKind[]): DeedFact[] =>
  facts.deeds.filter(
    ({ deed, outcome, effect }) =>
      outcome !== 'done' && effect !== 'restores' && kinds.includes(deed),
  )

/** Did somebody outside the account, or everyone, gain by it? */
export const letsOutsidersIn = ({ grantee }: Pick<DeedFact, 'grantee'>): boolean =>
  grantee === 'outside' || grantee === 'everyone'

/** Groups in the order of their names, so that the order of the items does not show. */
export function groupBy<T>(items: readonly T[], nameOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const name = nameOf(item)
    const group = groups.get(name)
    if (group) group.push(item)
    else groups.set(name, [item])
  }
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

export const byTarget = (deeds: readonly DeedFact[]): [string, DeedFact[]][] =>
  groupBy(deeds, ({ account, target }) => `${account}/${target}`)

/** UTC day of a mark, `2026-05-04`: keeps this month's burst from hiding in the finding of the last. */
export const dayOf = ({ at }: Mark): string => new Date(at).toISOString().slice(0, 10)

/** Everything that anybody we know of did to what a deed is about, at most `withinMs` before or after it. */
export const aroundTarget = (
  { targets }: SessionFacts,
  { account, target, at }: DeedFact,
  withinMs: number,
): TargetDeed[] =>
  (targets[`${account}/${target}`] ?? []).filter((each) => Math.abs(each.at - at) <= withinMs)

/** Is it the work of this session's own story? */
export const isOurs = ({ subject, leaseRoot }: SessionFacts, by: TargetDeed): boolean =>
  by.subject === subject || by.leaseRoot === leaseRoot

/** Names that say nothing: a call without the parameter, or a record whose values were left out. */
const isNameless = (target: string): boolean => target.endsWith('/-') || target.endsWith('/...')

/** Did the same subject make the thing itself, at most `withinMs` before this deed? The records of one second have no order. */
export const isOwnWork = (
  facts: SessionFacts,
  deed: DeedFact,
  made: DeedKind,
  withinMs: number,
): boolean =>
  !isNameless(deed.target) &&
  aroundTarget(facts, deed, withinMs).some(
    (each) =>
      each.deed === made &&
      each.outcome === 'done' &&
      each.target === deed.target &&
      each.at <= deed.at &&
      isOurs(facts, each),
  )

/** Other deeds of the verdict that are told by number only. */
const clausesMax = 2

/** The earliest deeds in words, and how many more there are. What was refused or failed is never told as done. */
export function tell(deeds: readonly DeedFact[]): string {
  const clauses = [...new Set(deeds.toSorted(compareMarks).map(({ says }) => says))]
  const told = clauses.slice(0, clausesMax)
  const more = clauses.length > clausesMax ? `and ${clauses.length - clausesMax} more` : ''
  if (deeds.length > 0 && deeds.every(({ outcome }) => outcome !== 'done'))
    return tellAttempts(told, more, deeds)
  return more === '' ? told.join(', and ') : [...told, more].join(', ')
}

/** Key ids that signed, sorted. */
export const keysOf = (marks: readonly { readonly key: string }[]): string[] =>
  [...new Set(marks.map(({ key }) => key))].filter((key) => key !== '').toSorted()

/** A verdict that these deeds prove, told by them, about the keys that signed them. */
export const verdictOn = (
  deeds: readonly DeedFact[],
  verdict: Partial<Verdict> & Pick<Verdict, 'unit' | 'severity'>,
): Verdict => ({
  evidence: deeds,
  says: tell(deeds),
  credentials: keysOf(deeds),
  ...unmeasured(deeds),
  ...verdict,
})

/** AWS leaves long documents out of the record: then what they grant cannot be said. */
const unmeasured = (deeds: readonly DeedFact[]): Pick<Verdict, 'unknown'> =>
  deeds.some(({ document }) => document === 'cut')
    ? { unknown: ['AWS left the document out of the record: what it grants cannot be measured'] }
    : {}

/**
 * Runs of marks in which some window of `windowMs` reaches `least` by `size`: each run is the union of overlapping
 * windows. `size` counts something that only grows with more marks.
 */
export function bursts<M extends Mark>(
  marks: readonly M[],
  windowMs: number,
  least: number,
  size: (window: readonly M[]) => number = ({ length }) => length,
): M[][] {
  const sorted = marks.toSorted(compareMarks)
  const found: M[][] = []
  let start = 0
  let taken = 0
  for (const [end, { at }] of sorted.entries()) {
    while ((sorted[start]?.at ?? at) < at - windowMs) start++
    if (size(sorted.slice(start, end + 1)) < least) continue
    const run = found.at(-1)
    if (run && taken > start) run.push(...sorted.slice(taken, end + 1))
    else found.push(sorted.slice(start, end + 1))
    taken = end + 1
  }
  return found
}

/** Bursts by the day on which they begin: those of one day are one verdict. */
export const burstsByDay = <M extends Mark>(runs: readonly M[][]): [string, M[]][] =>
  groupBy(runs, ([first = { at: 0, id: '' }]) => dayOf(first)).map(([day, some]) => [
    day,
    some.flat(),
  ])

/** "3 instances", "1 instance". */
export const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? '' : 's'}`

/** How long marks lie apart, for people: "5 s", "12 min", "3 h". */
export function span(marks: readonly Mark[]): string {
  const times = marks.map(({ at }) => at)
  const ms = Math.max(...times) - Math.min(...times)
  if (ms < 2 * minuteMs) return `${Math.max(1, Math.round(ms / 1000))} s`
  return ms < 2 * hourMs ? `${Math.round(ms / minuteMs)} min` : `${Math.round(ms / hourMs)} h`
}
