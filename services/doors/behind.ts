/** What a broker told of the messages that it has and that are not taken. */
export type ToldBehind = {
  /** By partition; a queue has one, 0. Partitions that are not named are as they were. */
  readonly partitions: ReadonlyMap<number, number>
  /** Of a queue: messages that somebody has in hand, and that come again unless he removes them. */
  readonly inHand?: number
}

type Waiting = {
  readonly messages: number
  /** Since when they wait without one being taken, epoch ms. */
  readonly since: number
}

export type Behind = {
  /** When it was told last, epoch ms. */
  readonly at: number
  /** As many as a topic has. */
  readonly partitions: ReadonlyMap<number, Waiting>
  readonly inHand: number | undefined
}

/** What was told so long ago is not known any more, ms. Topics are asked twice a minute, queues once. */
const knownMs = 5 * 60_000
/** Where messages wait and none is taken for so long something is wrong, ms. */
const stuckMs = 5 * 60_000

/** What is known after something more was told, or taken. */
export function behindAfter(
  before: Behind | undefined,
  at: number,
  told: ToldBehind | undefined,
  hasMoved: boolean,
): Behind | undefined {
  if (!told) return before && hasMoved ? { ...before, partitions: movedAt(before, at) } : before
  const partitions = new Map(before?.partitions)
  for (const [partition, messages] of told.partitions) {
    const old = partitions.get(partition)
    const waited = old !== undefined && old.messages > 0 && !hasMoved
    partitions.set(partition, { messages, since: waited ? old.since : at })
  }
  return { at, partitions, inHand: told.inHand ?? before?.inHand }
}

const movedAt = ({ partitions }: Behind, since: number): Behind['partitions'] =>
  new Map([...partitions].map(([partition, { messages }]) => [partition, { messages, since }]))

/** What waits now, as far as it is known. */
export type Backlog = {
  readonly messages: number
  /** By partition, most first; those where none waits are left out. */
  readonly partitions: readonly { readonly partition: number; readonly messages: number }[]
  readonly inHand: number | undefined
  /** Of the partition of which nothing is taken, though messages wait, for longest: how many wait, and for how many seconds. */
  readonly stuck?: Stuck
}

type Stuck = {
  readonly partition: number
  readonly messages: number
  readonly seconds: number
}

/** Undefined where it is not known, or not any more. @param now epoch ms */
export function backlogOf(behind: Behind | undefined, now: number): Backlog | undefined {
  if (!behind || now - behind.at > knownMs) return undefined
  const waiting = [...behind.partitions].flatMap(([partition, { messages, since }]) =>
    messages > 0 ? [{ partition, messages, since }] : [],
  )
  const [worst] = waiting.toSorted((a, b) => a.since - b.since || a.partition - b.partition)
  return {
    messages: waiting.reduce((sum, { messages }) => sum + messages, 0),
    partitions: waiting
      .map(({ partition, messages }) => ({ partition, messages }))
      .toSorted((a, b) => b.messages - a.messages || a.partition - b.partition),
    inHand: behind.inHand,
    ...(worst && now - worst.since > stuckMs && { stuck: stuckAt(worst, now) }),
  }
}

const stuckAt = (
  { partition, messages, since }: Waiting & { readonly partition: number },
  now: number,
): Stuck => ({ partition, messages, seconds: Math.floor((now - since) / 1000) })
