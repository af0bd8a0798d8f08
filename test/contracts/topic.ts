import { afterEach, describe, expect, test } from 'vitest'
import { Transient } from '#shared/errors.ts'
import type { Jump, Topic, TopicBatch, TopicHandler, TopicReader } from '#shared/ports/topic.ts'

export type TopicUnderTest = {
  /** Of two partitions, with nothing in it. */
  readonly topic: Topic
  readonly append: (partition: number, values: readonly string[]) => Promise<void>
  /** Forgets what stands before an offset. */
  readonly forget: (partition: number, before: number) => Promise<void>
  readonly end?: () => Promise<void>
}

/** A handler that remembers what it was told and where it is. */
export function collector(positions = new Map<number, number>()) {
  const taken: [partition: number, text: string][] = []
  const jumps: Jump[] = []
  const state = { refuse: 0, most: Infinity, wait: 0 }
  const handler: TopicHandler = {
    position: (partition) => positions.get(partition),
    jump: async (jump) => {
      jumps.push(jump)
      positions.set(jump.partition, jump.to)
      await Promise.resolve()
    },
    take: async ({ partition, messages }: TopicBatch) => {
      await Promise.resolve()
      if (state.refuse-- > 0) throw new Transient('taking', { cause: 'full' })
      for (const { offset, value } of messages.slice(0, state.most)) {
        taken.push([partition, value === null ? '' : Buffer.from(value).toString()])
        positions.set(partition, offset + 1)
      }
      return state.wait
    },
  }
  const texts = (partition: number): string[] =>
    taken.filter(([its]) => its === partition).map(([, text]) => text)
  return { handler, positions, taken, jumps, state, texts }
}

export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10))
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `m${from + n}`)

/** What every topic does. */
export function topicContract(name: string, make: () => Promise<TopicUnderTest>): void {
  describe(`topic: ${name}`, () => {
    const readers: TopicReader[] = []
    const ends: (() => Promise<void>)[] = []
    afterEach(async () => {
      for (const reader of readers.splice(0)) await reader.close()
      for (const end of ends.splice(0)) await end()
    })
    const world = async () => {
      const made = await make()
      if (made.end) ends.push(made.end)
      const read = async (handler: TopicHandler, begin: 'earliest' | 'latest' = 'earliest') => {
        const reader = await made.topic.read(handler, begin)
        readers.push(reader)
        return reader
      }
      return { ...made, read }
    }

    test('every message of every partition, each in order, also those that come later', async () => {
      const { append, read } = await world()
      await append(0, numbers(0, 10))
      await append(1, numbers(0, 3))
      const one = collector()
      const reader = await read(one.handler)
      await until(() => one.taken.length >= 13)
      await append(1, numbers(3, 6))
      await until(() => one.taken.length >= 16)
      expect(one.texts(0)).toEqual(numbers(0, 10))
      expect(one.texts(1)).toEqual(numbers(0, 6))
      expect(one.jumps.toSorted((a, b) => a.partition - b.partition)).toEqual([
        { partition: 0, to: 0 },
        { partition: 1, to: 0 },
      ])
      expect(reader.state()).toEqual({ as: 'reading' })
    })

    test('another reader goes on where the handler says, whatever was read before', async () => {
      const { append, read } = await world()
      await append(0, numbers(0, 10))
      const one = collector()
      const first = await read(one.handler)
      await until(() => one.taken.length >= 10)
      await first.close()
      const two = collector(
        new Map([
          [0, 4],
          [1, 0],
        ]),
      )
      await read(two.handler)
      await until(() => two.taken.length >= 6)
      expect(two.texts(0)).toEqual(numbers(4, 10))
      expect(two.jumps).toEqual([])
    })

    test('what is not taken comes again; who is refused waits', async () => {
      const { append, read } = await world()
      await append(0, numbers(0, 7))
      const one = collector()
      Object.assign(one.state, { refuse: 2, most: 2, wait: 5 })
      await read(one.handler)
      await until(() => one.taken.length >= 7)
      expect(one.texts(0)).toEqual(numbers(0, 7))
    })

    test('who begins behind the latest gets what comes from then on', async () => {
      const { append, read } = await world()
      await append(0, numbers(0, 5))
      const one = collector()
      await read(one.handler, 'latest')
      await append(0, numbers(5, 8))
      await until(() => one.taken.length >= 3)
      expect(one.texts(0)).toEqual(numbers(5, 8))
      expect(one.jumps.find(({ partition }) => partition === 0)).toEqual({ partition: 0, to: 5 })
    })

    test('how much waits is told for each partition', async () => {
      const { append, read } = await world()
      await append(0, numbers(0, 5))
      await append(1, numbers(0, 2))
      const one = collector()
      Object.assign(one.state, { refuse: Infinity })
      const reader = await read(one.handler)
      expect(await reader.behind()).toEqual(
        new Map([
          [0, 5],
          [1, 2],
        ]),
      )
      one.state.refuse = 0
      await until(() => one.taken.length >= 7)
      expect([...(await reader.behind()).values()]).toEqual([0, 0])
    })

    test('what is gone before it was read is told, with its bounds', async () => {
      const { append, forget, read } = await world()
      await append(0, numbers(0, 8))
      await forget(0, 5)
      const one = collector(
        new Map([
          [0, 2],
          [1, 0],
        ]),
      )
      await read(one.handler)
      await until(() => one.taken.length >= 3)
      expect(one.jumps).toEqual([{ partition: 0, from: 2, to: 5 }])
      expect(one.texts(0)).toEqual(numbers(5, 8))
    })

    test('a position behind the end is told, and reading begins anew', async () => {
      const { append, read } = await world()
      await append(0, numbers(0, 3))
      const one = collector(
        new Map([
          [0, 100],
          [1, 0],
        ]),
      )
      await read(one.handler)
      await until(() => one.taken.length >= 3)
      expect(one.jumps).toEqual([{ partition: 0, from: 100, to: 0 }])
      expect(one.texts(0)).toEqual(numbers(0, 3))
    })

    test('a mistake of the handler ends the reading, and is there to be seen', async () => {
      const { append, read } = await world()
      await append(0, ['x'])
      const one = collector(
        new Map([
          [0, 0],
          [1, 0],
        ]),
      )
      const mistake = new TypeError('a mistake')
      const reader = await read({ ...one.handler, take: () => Promise.reject(mistake) })
      await until(() => reader.state().as !== 'reading')
      expect(reader.state()).toEqual({ as: 'broken', thrown: mistake })
    })
  })
}
