import { kafkaHopLog } from '#infra/kafka/hop-log.ts'
import { hopLogContract } from '#test/contracts/hop-log.ts'
import { silent } from '#test/serve.ts'
import { broker } from './broker.ts'
import { hopTopics } from './hop-topics.ts'

const { kafka } = broker()
let made = 0

hopLogContract('Kafka', async () => {
  const prefix = `hops-${process.pid}-${made++}`
  const { brokers } = kafka()
  const admin = await hopTopics(brokers, prefix, ['correlate', 'join'], 2)
  return {
    open: async () =>
      await kafkaHopLog(
        { brokers, log: silent },
        { prefix, hops: ['correlate', 'join'], group: `${prefix}-${made++}` },
      ),
    async forget(place, before) {
      const [hop = '', partition = ''] = place.split('/')
      const partitions = [{ partition: Number(partition), offset: String(before) }]
      await admin.deleteTopicRecords({ topic: `${prefix}.${hop}`, partitions })
    },
    end: async () => await admin.disconnect(),
  }
})
