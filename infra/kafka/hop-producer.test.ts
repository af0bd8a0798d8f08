import type kafkajs from 'kafkajs'
import { expect, test } from 'vitest'
import { Transient, Unusable } from '#shared/errors.ts'
import { hopProducer } from './hop-producer.ts'

const recordOverhead = 30

/** A broker that takes batches of one partition up to a size, as `max.message.bytes` says. */
function broker(takes: number) {
  const logs = new Map<string, string[]>()
  const busy = { isWriting: false, failures: 0 }
  const written = (topic: string, messages: readonly kafkajs.Message[]) => {
    const by = Map.groupBy(messages, ({ partition }) => partition ?? 0)
    return [...by].map(([partition, its]) => {
      const bytes = its.reduce((sum, { value }) => sum + (value?.length ?? 0) + recordOverhead, 61)
      if (bytes > takes) throw Object.assign(new Error('refused'), { type: 'MESSAGE_TOO_LARGE' })
      const name = `${topic}/${partition}`
      const names = its.map(({ value }) => (value as Buffer).toString('latin1', 0, 4))
      logs.set(name, [...(logs.get(name) ?? []), ...names])
      return { topicName: topic, partition, errorCode: 0 }
    })
  }
  const sendBatch = async ({ topicMessages = [] }: kafkajs.ProducerBatch) => {
    expect(busy.isWriting).toBe(false)
    busy.isWriting = true
    await Promise.resolve()
    busy.isWriting = false
    if (busy.failures-- > 0) throw new Error('no answer')
    return topicMessages.flatMap(({ topic, messages }) => written(topic, messages))
  }
  const disconnect = async () => await Promise.resolve()
  const open = { client: { hangUp: () => undefined }, producer: { sendBatch, disconnect } }
  const access = { brokers: [], log: { debug() {}, info() {}, warn() {}, error() {} } }
  return { logs, busy, producer: hopProducer(access, async () => await Promise.resolve(open)) }
}

const message = (n: number, bytes: number, partition = 0) => {
  const value = Buffer.alloc(bytes)
  value.write(String(n).padStart(4, '0'))
  return { topic: 'keytrail.join', partition, value }
}
const names = (all: readonly ReturnType<typeof message>[], of: number): string[] =>
  all.filter(({ partition }) => partition === of).map(({ value }) => value.toString('latin1', 0, 4))

test.each([
  ['large', 40, 600 << 10],
  ['tiny', 9_000, 1_000],
  ['as large as a topic takes', 3, (8 << 20) - 128],
])(
  'what fits one by one is sent, in order, however much it is together: %s',
  async (_, count, size) => {
    const { logs, producer } = broker(8 << 20)
    const all = Array.from({ length: count }, (_, n) => message(n, size, n % 3 === 0 ? 1 : 0))
    await producer.send(all)
    expect(logs.get('keytrail.join/0')).toEqual(names(all, 0))
    expect(logs.get('keytrail.join/1')).toEqual(names(all, 1))
  },
)

test('a message that is too large is told as one; topics that take too little as such', async () => {
  const { producer } = broker(1 << 20)
  const alone = producer.send([message(0, 2 << 20)])
  await expect(alone).rejects.toThrow(Unusable)
  await expect(alone).rejects.toThrow(
    'a message of 2097152 bytes is larger than its topic takes: raise max.message.bytes of keytrail.join',
  )
  const together = producer.send([message(0, 600 << 10), message(1, 600 << 10)])
  await expect(together).rejects.toThrow('up to 4194304 bytes are sent at a time')
})

test('after a portion without an answer nothing more is sent: the same is said again', async () => {
  const { logs, busy, producer } = broker(8 << 20)
  busy.failures = 1
  const all = [0, 1, 2].map((n) => message(n, 3 << 20))
  await expect(producer.send(all)).rejects.toThrow(Transient)
  expect(logs.size).toBe(0)
  await producer.send(all)
  expect(logs.get('keytrail.join/0')).toEqual(names(all, 0))
})
