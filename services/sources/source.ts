import type { Transient } from '#shared/errors.ts'

/** Some of it was read, so it is asked again after `ms` as ever; the rest was not, and that is told. */
export type Partly = { readonly ms: number; readonly trouble: Transient }

/** A source that Keytrail asks: it is polled, one poll at a time. */
export type Source = {
  readonly name: string
  /**
   * Hands over what is new.
   * @param now epoch ms by the door's clock
   * @returns milliseconds until it wants to be asked again, and what is in the way, if only of a part
   * @throws Transient if the outside world does not answer; what was handed over until then stays
   */
  poll(now: number): Promise<number | Partly>
  /** Seconds without an answer after which it counts as blind. */
  readonly silence: number
  /** Seconds without anything new after which it counts as blind though it answers; absent: it may have nothing for ever. */
  readonly brings?: number | undefined
  /** It tells how many messages wait. */
  readonly isCounted?: boolean
  /** After failures it is asked again after so many ms at the latest; absent: a minute. */
  readonly longestPauseMs?: number
  /** Ends what goes on between polls; called once, after the last of them. */
  readonly close?: () => Promise<void>
}
