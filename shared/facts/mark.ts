/**
 * A record and its event time: the smallest piece of evidence.
 * `at` is epoch milliseconds of the event, never of its arrival; `id` is the id as the record has it.
 */
export type Mark = { readonly at: number; readonly id: string }

/** Total order of marks: by time, then by id, so that order of arrival never decides. */
export const compareMarks = (a: Mark, b: Mark): number =>
  a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** The earlier of two marks; either may be absent. */
export function earliest<M extends Mark>(a: M | undefined, b: M): M {
  return a && compareMarks(a, b) <= 0 ? a : b
}

/** The later of two marks; either may be absent. */
export function latest<M extends Mark>(a: M | undefined, b: M): M {
  return a && compareMarks(a, b) >= 0 ? a : b
}
