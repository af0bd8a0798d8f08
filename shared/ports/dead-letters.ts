import type { DeadLetter } from '#shared/messages/dead-letter.ts'

/** A dead letter as it is kept: with its place and reason, never with what it said. */
export type KeptLetter = Omit<DeadLetter, 'text'> & {
  /** When it was first logged, epoch ms. */
  readonly at: number
}

export type LetterCount = { readonly reason: string; readonly count: number }

/** What was refused, so that nothing is lost in silence. Takes part in the commit of its unit of work. */
export type DeadLetters = {
  /** Keeps letters by id; one that is there already stays as it is. Beyond the bound they are only counted. */
  add(letters: readonly DeadLetter[], at: number): void
  /** Those behind `after` (an id; '' from the first on), in the order in which they were kept. */
  list(limit: number, after?: string): readonly KeptLetter[]
  get(id: string): KeptLetter | undefined
  /** How many were ever kept or counted, by reason. Forgetting changes nothing in it. */
  counts(): readonly LetterCount[]
  /** Forgets those logged before a time; how many. */
  forget(before: number): number
}
