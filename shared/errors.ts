import type { Pointer } from '#shared/messages/record.ts'

/**
 * Failures, named by what happens next. Whoever catches one asks only for its kind; `cause` keeps
 * what was thrown underneath.
 */

/** Set aside: this record will never be readable, and the next one may be. Becomes a dead letter. */
export class Poison extends Error {
  override readonly name = 'Poison'
  /** Where the record can be found again. */
  readonly record: Pointer
  /** The field that is wrong, as a path inside the record; empty if it is the record as a whole. */
  readonly field: string
  /** Why, in the few fixed words by which dead letters are counted. */
  readonly reason: string

  constructor(record: Pointer, field: string, reason: string, options?: ErrorOptions) {
    const where = `${record.source}@${record.offset}`
    super(`${where}: ${field === '' ? reason : `${field}: ${reason}`}`, options)
    this.record = record
    this.field = field
    this.reason = reason
  }
}

/** Retry: the outside world did not answer; the same call may succeed later. */
export class Transient extends Error {
  override readonly name = 'Transient'
  /** What was being done, to which record or target, for the log line of the retry. */
  readonly doing: string

  constructor(doing: string, options?: ErrorOptions) {
    super(`${doing}: ${reasonOf(options?.cause)}`, options)
    this.doing = doing
  }
}

/** Stop: an assumption of the code does not hold, so nothing that it would write can be trusted. */
export class Bug extends Error {
  override readonly name = 'Bug'

  constructor(assumption: string, options?: ErrorOptions) {
    super(`assumption broken: ${assumption}`, options)
  }
}

/**
 * Stop until a person has changed something: what the program stands on (its data file, a folder, a setting of the machine) is
 * not as it must be. The message says what is wrong and what to do; trying again changes nothing.
 */
export class Unusable extends Error {
  override readonly name = 'Unusable'
}

/** States an assumption. Costs one comparison, so hot paths may keep theirs. */
export function assume(holds: boolean, assumption: string): asserts holds {
  if (!holds) throw new Bug(assumption)
}

/** For the `default` of an exhaustive switch: does not compile while a case is missing. */
export function unreachable(value: never): never {
  throw new Bug(`no case for ${JSON.stringify(value)}`)
}

/** The message of whatever was thrown. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message
  if (typeof thrown === 'string') return thrown
  return thrown === undefined ? 'no cause given' : JSON.stringify(thrown)
}
