import { wishOf } from './engine.ts'
import { type ClusterOptions, type KafkaCluster, startFromJars } from './kafka-nodes.ts'

/**
 * A real Kafka for a test, as `TEST_KAFKA` says: `containers`; `jars`: Apache Kafka 4 from its Maven jars; `auto` (default): the
 * first of both that can be had; or `HOST:PORT` of one that runs and that the test may fill with topics.
 */
export async function startKafka(options: ClusterOptions = {}): Promise<KafkaCluster> {
  const wish = process.env['TEST_KAFKA'] ?? 'auto'
  if (/^[\w.-]+:\d+(,[\w.-]+:\d+)*$/.test(wish)) {
    const close = (): Promise<void> => Promise.resolve()
    return { brokers: wish.split(','), named: [], sealed: [], nodes: [], close }
  }
  const from = await wishOf(wish, 'jars', 'kafka')
  if (from === 'here') return await startFromJars(options)
  if (from === undefined)
    throw new Error(`TEST_KAFKA=${wish}: auto, containers, jars, or HOST:PORT[,HOST:PORT]`)
  const { startInContainers } = await import('./kafka-containers.ts')
  return await startInContainers(options)
}
