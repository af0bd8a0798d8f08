/** A topic as it is to be made, or as it is. */
export type TopicForm = {
  readonly topic: string
  readonly partitions: number
  readonly copies: number
  /** Settings of the topic by the names of Kafka. */
  readonly settings: Readonly<Record<string, string>>
}

/** Makes topics and looks at them. Fails with Transient where there is no answer. */
export type TopicAdmin = {
  /** Those that there are, with the settings that are asked for. */
  readonly look: (wanted: readonly TopicForm[]) => Promise<readonly TopicForm[]>
  /** Makes them; resolves when each partition can be written. */
  readonly make: (wanted: readonly TopicForm[]) => Promise<void>
  readonly close: () => Promise<void>
}
