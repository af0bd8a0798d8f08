import { type ClusterOptions, type KafkaCluster, startFromJars } from './kafka-nodes.ts'

/**
 * A real Kafka for a test, as `TEST_KAFKA` says: `auto` (default) and `jars`: Apache Kafka 4 from its Maven jars, or `HOST:PORT`
 * of one that runs and that the test may fill with topics.
 */
export async function startKafka(options: ClusterOptions = {}): Promise<KafkaCluster> {
  const wish = process.env['TEST_KAFKA'] ?? 'auto'
  if (wish === 'auto' || wish === 'jars') return await startFromJars(options)
  if (/^[\w.-]+:\d+(,[\w.-]+:\d+)*$/.test(wish)) {
    const close = (): Promise<void> => Promise.resolve()
    return { brokers: wish.split(','), named: [], sealed: [], nodes: [], close }
  }
  throw new Error(`TEST_KAFKA=${wish}: auto, jars, or HOST:PORT[,HOST:PORT]`)
}
