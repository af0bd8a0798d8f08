import { expect, test } from 'vitest'
import { configFrom } from '#shared/config.ts'
import type { TopicForm } from '#shared/ports/topic-admin.ts'
import { noMachine } from '#test/machine.ts'
import type { Context } from './command.ts'
import { topicsCommand } from './topics.ts'

const workers = { brokers: ['b-1.example:9092'], tls: true }

/** A cluster with these topics, and a command line beside it. */
function house(there: TopicForm[] = [], content: object = { workers }) {
  let text = ''
  const output = { write: (more: string) => void (text += more), isTerminal: false }
  const admin = {
    look: async () => await Promise.resolve(there),
    make: async (wanted: readonly TopicForm[]) => {
      there.push(...wanted)
      await Promise.resolve()
    },
    close: async () => await Promise.resolve(),
  }
  const context = {
    stdout: output,
    config: configFrom({ file: { name: 'keytrail.yaml', content } }),
    machine: { ...noMachine, topicAdmin: async () => await Promise.resolve(admin) },
  } as unknown as Context
  const run = async (...positionals: readonly string[]) => {
    text = ''
    const status = await topicsCommand.run({ positionals, values: {} }, context)
    return { status, text }
  }
  return { there, run }
}

test('a plan changes nothing; apply makes what is missing, once', async () => {
  const { there, run } = house()
  expect((await run('plan')).text).toContain('to make  keytrail.normalise  4 partitions, 3 copies')
  expect(there).toEqual([])
  expect((await run('apply')).text).toContain('made     keytrail.effects  1 partition, 3 copies')
  expect(there).toHaveLength(6)
  const again = await run('apply')
  expect(again).toMatchObject({ status: 0 })
  expect(again.text).not.toMatch(/made|differs/)
  expect(there).toHaveLength(6)
})

test('another number of partitions is refused, and nothing is made', async () => {
  const { there, run } = house()
  await run('apply')
  const [first] = there.splice(0)
  const { run: other } = house(first ? [first] : [], { workers, partitions: 8 })
  const { status, text } = await other('apply')
  expect(status).toBe(1)
  expect(text).toContain('has 4 partitions and the settings ask for 8')
  expect((await other('plan')).text).toContain('to make')
})

test('what differs is told, and left to people', async () => {
  const { there, run } = house()
  await run('apply')
  const [first, ...rest] = there.splice(0)
  if (first)
    there.push({ ...first, copies: 1, settings: { ...first.settings, 'retention.ms': '1' } })
  there.push(...rest)
  const { status, text } = await run('plan')
  expect(status).toBe(0)
  expect(text).toContain('retention.ms is 1, not 259200000')
  expect(text).toContain('it has 1 copies, not 3')
})

test('without a cluster in the settings there is nothing to plan', async () => {
  await expect(house([], {}).run('plan')).rejects.toThrow(/workers.brokers/)
  await expect(house().run('make')).rejects.toThrow(/plan or apply/)
})
