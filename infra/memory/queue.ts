import { Transient } from '#shared/errors.ts'
import type { Buckets, ObjectPlace, Queue, QueuedMessage } from '#shared/ports/queue.ts'
import { Unreadable } from '#shared/ports/sources.ts'

type Kept = {
  readonly id: string
  readonly body: string
  readonly sent: number
  hidden: number
  times: number
}

export type MemoryQueue = Queue & {
  readonly send: (body: string) => void
  /** Messages that are there, hidden or not. */
  readonly count: () => number
  /** How often a message was hidden again. */
  readonly hides: () => number
  /** No call is answered from now on, or all are again. */
  readonly refuse: (why: string | undefined) => void
}

const atOnce = 10

/** A queue in memory, for tests; it does not wait for messages. @param now epoch ms */
export function memoryQueue(now: () => number): MemoryQueue {
  const kept = new Map<string, Kept>()
  let sent = 0
  let hides = 0
  let refusal: string | undefined
  const answer = async <T>(work: () => T): Promise<T> => {
    await Promise.resolve()
    if (refusal !== undefined) throw new Transient('asking the queue', { cause: refusal })
    return work()
  }
  const ours = ({ id, receipt }: QueuedMessage): Kept | undefined => {
    const found = kept.get(id)
    return found && `${id}/${found.times}` === receipt ? found : undefined
  }
  return {
    send(body) {
      const id = `m-${++sent}`
      kept.set(id, { id, body, sent: now(), hidden: 0, times: 0 })
    },
    count: () => kept.size,
    hides: () => hides,
    refuse: (why) => void (refusal = why),
    receive: async (hideSeconds) =>
      await answer(() => {
        const free = [...kept.values()].filter(({ hidden }) => hidden <= now()).slice(0, atOnce)
        return free.map((each) => {
          each.hidden = now() + hideSeconds * 1000
          each.times++
          const { id, body, sent, times } = each
          return { id, body, sent, times, receipt: `${id}/${times}` }
        })
      }),
    hide: async (message, seconds) =>
      await answer(() => {
        const found = ours(message)
        if (found) found.hidden = now() + seconds * 1000
        hides++
        return found !== undefined
      }),
    remove: async (message) => await answer(() => void (ours(message) && kept.delete(message.id))),
    counts: async () =>
      await answer(() => {
        const waiting = [...kept.values()].filter(({ hidden }) => hidden <= now()).length
        return { waiting, inHand: kept.size - waiting }
      }),
  }
}

export type MemoryBuckets = Buckets & {
  readonly put: (place: ObjectPlace, bytes: Uint8Array) => void
  /** Reading of this key breaks in the middle, or is refused; once. */
  readonly spoil: (key: string, how: 'breaks' | 'refused') => void
}

/** Buckets in memory, for tests. */
export function memoryBuckets(): MemoryBuckets {
  const objects = new Map<string, Uint8Array>()
  const spoilt = new Map<string, 'breaks' | 'refused'>()
  const nameOf = ({ bucket, key, version }: ObjectPlace): string =>
    `s3://${bucket}/${key}${version === undefined ? '' : `@${version}`}`
  return {
    put: (place, bytes) => void objects.set(nameOf(place), bytes),
    spoil: (key, how) => void spoilt.set(key, how),
    async fetch(place) {
      await Promise.resolve()
      const how = spoilt.get(place.key)
      spoilt.delete(place.key)
      if (how === 'refused') throw new Transient(`reading ${nameOf(place)}`, { cause: 'denied' })
      const bytes = objects.get(nameOf(place))
      if (!bytes) return { as: 'gone', why: 'the object is not there (any more)' }
      const source = {
        name: nameOf(place),
        size: bytes.length,
        open: () => chunksOf(bytes, how === 'breaks'),
      }
      return { as: 'found', source }
    },
  }
}

async function* chunksOf(bytes: Uint8Array, breaks: boolean): AsyncGenerator<Uint8Array> {
  const half = Math.ceil(bytes.length / 2)
  yield await Promise.resolve(bytes.subarray(0, half))
  if (breaks) throw new Unreadable('the connection broke')
  yield bytes.subarray(half)
}
