/** A message as its broker keeps it. */
export type TopicMessage = {
  /** Its place in its partition; it grows from message to message, not always by one. */
  readonly offset: number
  /** Null where the topic was told to forget a key. */
  readonly value: Uint8Array | null
  /** When the broker appended it, epoch ms; absent where the topic keeps what senders say, since they may say anything. */
  readonly appended?: number
}

/** Messages of one partition that follow each other. */
export type TopicBatch = {
  readonly partition: number
  readonly messages: readonly TopicMessage[]
  /** The offset behind the last message that the broker has of it. */
  readonly end: number
}

/** Reading of a partition begins, or goes on elsewhere than it should: what stood between is gone. */
export type Jump = {
  readonly partition: number
  /** Where it should have gone on; absent where nothing was read before. */
  readonly from?: number
  readonly to: number
}

/** Who reads a topic. Partitions are read at the same time, each in order. What it throws but Transient ends the reading. */
export type TopicHandler = {
  /** Where reading of a partition goes on; undefined before its first jump. The reader asks again after each call. */
  readonly position: (partition: number) => number | undefined
  /** Sets the position, for good when it resolves. @throws Transient: the same jump is told again */
  readonly jump: (jump: Jump) => Promise<void>
  /**
   * Takes as many of the messages, from the first on, as it moves its position over; the rest comes again.
   * @returns ms to wait before it wants more of this partition
   * @throws Transient: they come again after a while
   */
  readonly take: (batch: TopicBatch) => Promise<number>
}

/** How the reading does: `ended` needs a new reader; `broken` is a mistake of the handler. */
export type Reading =
  | { readonly as: 'reading' }
  | { readonly as: 'troubled' | 'ended'; readonly why: string }
  | { readonly as: 'broken'; readonly thrown: unknown }

export type TopicReader = {
  readonly state: () => Reading
  /** How many messages the broker has beyond what was read, by partition. @throws Transient where there is no answer */
  readonly behind: () => Promise<ReadonlyMap<number, number>>
  /** Resolves when the handler is no longer called. */
  readonly close: () => Promise<void>
}

/** One topic of a broker, all partitions of it. */
export type Topic = {
  /**
   * Begins to read where the handler says, and where it says nothing at the earliest message that is there, or behind the latest.
   * @throws Transient in words, if there is no answer or no such topic
   */
  readonly read: (handler: TopicHandler, begin: 'earliest' | 'latest') => Promise<TopicReader>
}
