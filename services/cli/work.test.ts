import { expect, test } from 'vitest'
import { configFrom } from '#shared/config.ts'
import { detections } from '#services/detect/detections/index.ts'
import { topicsOf } from '#services/hops/topics.ts'
import { noMachine } from '#test/machine.ts'
import type { Context } from './command.ts'
import { work } from './work.ts'

const workers = { brokers: ['b-1.example:9092'], tls: true }
const data = 'postgres://localhost/keytrail'

const trying = async (only: string, content: object, partitions = 4): Promise<number> => {
  const config = configFrom({ file: { name: 'keytrail.yaml', content } })
  const admin = {
    look: async () =>
      await Promise.resolve(config.workers ? topicsOf(partitions, config.workers) : []),
    make: async () => await Promise.resolve(),
    close: async () => await Promise.resolve(),
  }
  const machine = { ...noMachine, topicAdmin: async () => await Promise.resolve(admin) }
  return await work(only, detections, { config, cwd: '.', machine } as unknown as Context)
}

test.each<[string, object, RegExp]>([
  ['', { workers, data }, /say one of ingest, normalise/],
  ['correlate,contain', { workers, data }, /contain is none of ingest/],
  ['all', { workers }, /postgres:\/\//],
  ['all', { data }, /workers.brokers/],
])('serve --only %j with %j is refused', async (only, content, why) => {
  await expect(trying(only, content)).rejects.toThrow(why)
})

test('topics with another number of partitions than the settings say are refused at the start', async () => {
  await expect(trying('all', { workers, data }, 8)).rejects.toThrow(
    /keytrail.normalise has 8 partitions and the settings ask for 4/,
  )
})
