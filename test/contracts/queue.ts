import { afterEach, describe, expect, test } from 'vitest'
import type { Buckets, Queue, QueuedMessage } from '#shared/ports/queue.ts'
import type { ByteSource } from '#shared/ports/sources.ts'

export type QueueUnderTest = {
  readonly queue: Queue
  readonly send: (body: string) => Promise<void>
  /** Lets a time pass, in seconds. */
  readonly pass: (seconds: number) => Promise<void>
  readonly end?: () => Promise<void>
}

/** What every queue does. */
export function queueContract(name: string, make: () => Promise<QueueUnderTest>): void {
  describe(`queue: ${name}`, () => {
    const ends: (() => Promise<void>)[] = []
    afterEach(async () => {
      for (const end of ends.splice(0)) await end()
    })
    const world = async () => {
      const made = await make()
      if (made.end) ends.push(made.end)
      const only = async (seconds: number): Promise<QueuedMessage> => {
        const [message] = await made.queue.receive(seconds)
        if (!message) throw new Error('nothing came')
        return message
      }
      return { ...made, only }
    }

    test('a message is hidden for a while, comes again, and is gone once it is removed', async () => {
      const { queue, send, pass, only } = await world()
      await send('hello')
      const first = await only(1)
      expect(first).toMatchObject({ body: 'hello', times: 1, sent: expect.any(Number) })
      await pass(1.5)
      const second = await only(30)
      expect(second).toMatchObject({ id: first.id, body: 'hello', times: 2 })
      expect(second.receipt).not.toBe(first.receipt)
      await queue.remove(second)
      await queue.remove(second)
      expect((await queue.counts()).waiting).toBe(0)
    })

    test('who hides a message again has it for longer', async () => {
      const { queue, send, pass, only } = await world()
      await send('hello')
      const message = await only(2)
      expect(await queue.hide(message, 30)).toBe(true)
      await pass(2.5)
      expect((await queue.counts()).waiting).toBe(0)
      expect(await queue.hide(message, 0)).toBe(true)
      await pass(0.1)
      expect((await only(30)).times).toBe(2)
    })

    test('a message that is removed cannot be kept', async () => {
      const { queue, send, only } = await world()
      await send('hello')
      const message = await only(30)
      await queue.remove(message)
      expect(await queue.hide(message, 30)).toBe(false)
    })

    test('at most ten come at a time, and those that wait are counted', async () => {
      const { queue, send } = await world()
      for (let n = 0; n < 12; n++) await send(`m${n}`)
      expect(await queue.counts()).toEqual({ waiting: 12, inHand: 0 })
      const some = await queue.receive(30)
      const rest = await queue.receive(30)
      expect(some.length).toBeLessThanOrEqual(10)
      expect(new Set([...some, ...rest].map(({ body }) => body)).size).toBe(12)
      expect(await queue.counts()).toEqual({ waiting: 0, inHand: 12 })
    })
  })
}

export type BucketsUnderTest = {
  readonly buckets: Buckets
  /** A bucket that is there. */
  readonly bucket: string
  readonly put: (key: string, bytes: Uint8Array) => Promise<void>
}

export async function bytesOf(source: ByteSource): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source.open()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** What all buckets do. */
export function bucketsContract(name: string, make: () => Promise<BucketsUnderTest>): void {
  describe(`buckets: ${name}`, () => {
    test.each(['a/b.json.gz', 'with space+plus/ü.json'])('an object %s', async (key) => {
      const { buckets, bucket, put } = await make()
      const bytes = Buffer.alloc(300_000, 'x')
      await put(key, bytes)
      const fetched = await buckets.fetch({ bucket, key })
      if (fetched.as !== 'found') throw new Error(fetched.why)
      expect(fetched.source).toMatchObject({ name: `s3://${bucket}/${key}`, size: bytes.length })
      expect((await bytesOf(fetched.source)).equals(bytes)).toBe(true)
    })

    test('what is not there is told, not thrown', async () => {
      const { buckets, bucket } = await make()
      expect(await buckets.fetch({ bucket, key: 'none' })).toMatchObject({ as: 'gone' })
      expect(await buckets.fetch({ bucket: 'no-such-bucket', key: 'none' })).toMatchObject({
        as: 'gone',
      })
    })
  })
}
