import type { Reading } from './topic.ts'

/** A message for a place, `hop/partition`: each place has a log of its own. */
export type HopMessage = { readonly place: string; readonly value: Uint8Array }

/** Who follows the log of a place. It never throws. */
export type HopFollower = {
  /** The next message; offsets grow by one. */
  readonly take: (value: Uint8Array, offset: number) => void
  /** Shall more come now? If not, nothing comes until `more` is called. */
  readonly wants: () => boolean
  /** What should come next is not there: forgotten, or the log was made anew. Nothing comes any more. */
  readonly lost: (why: string) => void
}

export type Following = {
  readonly more: () => void
  readonly leave: () => void
}

/** The logs between hops. They are durable, and each keeps its order. */
export type HopLog = {
  /**
   * Appends messages; those of one place in their order. Resolves when they outlive the loss of what may be lost.
   * @throws Transient: some may be written, some not; who writes the same again does no harm
   */
  readonly append: (messages: readonly HopMessage[]) => Promise<void>
  /** Follows a place from an offset on; a place has one follower here at a time. */
  readonly follow: (place: string, from: number, follower: HopFollower) => Following
  readonly state: () => Reading
  /** Resolves when no follower is called any more. */
  readonly close: () => Promise<void>
}
