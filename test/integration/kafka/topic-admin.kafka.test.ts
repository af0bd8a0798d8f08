import { expect, test } from 'vitest'
import { kafkaTopicAdmin } from '#infra/kafka/topic-admin.ts'
import { planOf, topicsOf } from '#services/hops/topics.ts'
import { silent } from '#test/serve.ts'
import { broker } from './broker.ts'

const { kafka } = broker()

test('topics of workers are made once, as they are planned, and another number of partitions is seen', async () => {
  const admin = kafkaTopicAdmin({ brokers: kafka().brokers, log: silent })
  const wanted = topicsOf(3, { prefix: `admin-${process.pid}`, copies: 1, keepHours: 1 })
  try {
    expect(await admin.look(wanted)).toEqual([])
    await admin.make(wanted)
    await admin.make(wanted)
    const there = await admin.look(wanted)
    expect(planOf(wanted, there).map(({ as, says }) => [as, says])).toEqual(
      wanted.map(() => ['fine', []]),
    )
    const others = topicsOf(4, { prefix: `admin-${process.pid}`, copies: 1, keepHours: 2 })
    const plans = planOf(others, await admin.look(others))
    expect(plans.map(({ as }) => as)).toEqual([
      ...Array.from({ length: 5 }, () => 'refused'),
      'differs',
    ])
  } finally {
    await admin.close()
  }
})
