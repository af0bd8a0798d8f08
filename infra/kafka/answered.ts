/** A message that says where it goes. */
export type Addressed = {
  readonly topic: string
  readonly partition: number
  readonly key: string
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

type Answer = {
  readonly topicName: string
  readonly partition: number
  readonly errorCode: number
}

/**
 * Has every partition answered for what it was sent? kafkajs 2.2.4 resolves a send although a partition that changed its leader
 * never got its messages (tulios/kafkajs#1303): the answer then lacks it.
 */
export function isAnswered(
  messages: readonly Pick<Addressed, 'topic' | 'partition'>[],
  answers: readonly Answer[],
): boolean {
  const good = answers.filter(({ errorCode }) => errorCode === 0)
  const names = new Set(good.map(({ topicName, partition }) => `${topicName}/${partition}`))
  return messages.every(({ topic, partition }) => names.has(`${topic}/${partition}`))
}
