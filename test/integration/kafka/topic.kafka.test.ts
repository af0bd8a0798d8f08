import { setTimeout } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import { expect, test } from 'vitest'
import { kafkaTopic } from '#infra/kafka/topic.ts'
import { collector, topicContract, until } from '#test/contracts/topic.ts'
import { user } from '#test/integration/servers/kafka-settings.ts'
import { silent } from '#test/serve.ts'
import { broker } from './broker.ts'

const { kafka, fresh } = broker()

const reading = (topic: string, brokers = kafka().brokers, sasl?: kafkajs.SASLOptions) =>
  kafkaTopic({ brokers, log: silent, ...(sasl && { sasl }) }, { topic, group: `group-${topic}` })

topicContract('Kafka', async () => {
  const { topic, admin, append, end } = await fresh()
  return {
    topic: reading(topic),
    append,
    forget: async (partition, before) =>
      await admin.deleteTopicRecords({
        topic,
        partitions: [{ partition, offset: String(before) }],
      }),
    end,
  }
})

test.each(['gzip', 'snappy', 'lz4', 'zstd'])(
  'messages that the broker keeps as %s',
  async (codec) => {
    const { topic, append, end } = await fresh([{ name: 'compression.type', value: codec }], 1)
    const values = Array.from({ length: 50 }, (_, n) => `${n} `.repeat(1 + 40 * n))
    await append(0, values)
    const one = collector()
    const reader = await reading(topic).read(one.handler, 'earliest')
    await until(() => one.taken.length >= values.length || reader.state().as !== 'reading')
    const state = reader.state()
    await reader.close()
    await end()
    expect(state).toEqual({ as: 'reading' })
    expect(one.texts(0)).toEqual(values)
  },
)

test('only a time that the broker stamped is told', async () => {
  const stamps = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }]
  const times: (number | undefined)[] = []
  for (const config of [stamps, []]) {
    const { topic, append, end } = await fresh(config, 1)
    await append(0, ['x'])
    const one = collector()
    const take: typeof one.handler.take = async (batch) => {
      times.push(...batch.messages.map(({ appended }) => appended))
      return await one.handler.take(batch)
    }
    const reader = await reading(topic).read({ ...one.handler, take }, 'earliest')
    await until(() => one.taken.length > 0)
    await reader.close()
    await end()
  }
  expect(times).toEqual([expect.any(Number), undefined])
})

test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
  'who comes by %s',
  async (mechanism) => {
    const { topic, append, end } = await fresh([], 1)
    await append(0, ['x'])
    const { named } = kafka()
    const wrong = reading(topic, named, {
      mechanism,
      ...user,
      password: 'wrong',
    } as kafkajs.SASLOptions)
    await expect(wrong.read(collector().handler, 'earliest')).rejects.toThrow(/authentication/i)
    const one = collector()
    const sasl = { mechanism, ...user } as kafkajs.SASLOptions
    const reader = await reading(topic, named, sasl).read(one.handler, 'earliest')
    await until(() => one.taken.length > 0)
    await reader.close()
    await end()
    expect(one.texts(0)).toEqual(['x'])
  },
)

test('a topic that is not there is said in words', async () => {
  const none = reading('no-such-topic').read(collector().handler, 'earliest')
  await expect(none).rejects.toThrow('asking for the topic no-such-topic')
})

test('messages of transactions: what was committed comes, and what lies between is no loss', async () => {
  const { topic, end } = await fresh([], 1)
  const producer = new kafkajs.Kafka({
    brokers: [...kafka().brokers],
    logLevel: kafkajs.logLevel.NOTHING,
  }).producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const send = async (value: string, as: 'commit' | 'abort') => {
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: [{ partition: 0, value }] })
    await transaction[as]()
  }
  const one = collector()
  const reader = await reading(topic).read(one.handler, 'earliest')
  for (const [n, as] of (['commit', 'abort', 'commit', 'commit'] as const).entries()) {
    await send(`m${n}`, as)
    const committed = ['m0', 'm0', 'm0,m2', 'm0,m2,m3'][n]
    await until(() => one.texts(0).join() === committed || reader.state().as !== 'reading')
    // Nothing waits once the mark behind it is passed, so that the next message is fetched by itself.
    while ((await reader.behind()).get(0) !== 0) await setTimeout(10)
    await setTimeout(600)
  }
  await reader.close()
  await producer.disconnect()
  await end()
  expect(one.texts(0)).toEqual(['m0', 'm2', 'm3'])
  expect(one.jumps).toEqual([{ partition: 0, to: 0 }])
})
