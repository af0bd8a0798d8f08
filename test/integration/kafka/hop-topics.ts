import kafkajs from 'kafkajs'

/** Topics of hops, empty; the client that made them. */
export async function hopTopics(
  brokers: readonly string[],
  prefix: string,
  hops: readonly string[],
  partitions: number,
): Promise<kafkajs.Admin> {
  const client = new kafkajs.Kafka({
    logLevel: kafkajs.logLevel.NOTHING,
    clientId: 'test',
    brokers: [...brokers],
  })
  const admin = client.admin()
  await admin.connect()
  const topics = hops.map((hop) => ({
    topic: `${prefix}.${hop}`,
    numPartitions: hop === 'effects' ? 1 : partitions,
    // As services/hops/topics.ts asks for.
    configEntries: [{ name: 'max.message.bytes', value: String(8 << 20) }],
  }))
  await admin.createTopics({ waitForLeaders: false, topics })
  for (let isLed = false; !isLed;)
    isLed = await admin
      .fetchTopicMetadata({ topics: topics.map(({ topic }) => topic) })
      .then((found) =>
        found.topics.every((topic) => topic.partitions.every(({ leader }) => leader >= 0)),
      )
      .catch(() => false)
  return admin
}
