import { join } from 'node:path'
import { must } from './run.ts'
import type { Check } from './world.ts'

/** Tests of real servers that take most of what a container can do otherwise: more nodes, kills, and listeners with passwords. */
const files = [
  'test/integration/kafka/server.kafka.test.ts',
  'test/integration/kafka/topic.kafka.test.ts',
  'test/integration/kafka/results.kafka.test.ts',
  'test/integration/postgres/server.postgres.test.ts',
  'test/integration/postgres/database.postgres.test.ts',
]

/** The servers that `npm test` has from jars and local binaries, from the images that compose.yaml names. */
export const serversCheck: Check = {
  name: 'tests on a real Kafka and a real PostgreSQL hold on those of containers',
  run: async ({ engine, root }) => {
    const env = { ...engine.env, TEST_KAFKA: 'containers', TEST_POSTGRES: 'containers' }
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    await must(process.execPath, [vitest, 'run', ...files], { env, cwd: root })
  },
}
