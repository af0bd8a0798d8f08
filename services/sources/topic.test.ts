import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { memoryIntake, type MemoryIntake } from '#infra/memory/intake.ts'
import { memoryTopic, type MemoryTopic } from '#infra/memory/topic.ts'
import { systemScheduler } from '#infra/clock/scheduler.ts'
import { Transient } from '#shared/errors.ts'
import { isReport } from '#shared/messages/record.ts'
import { messageLimitsOf } from '#services/ingest/limits.ts'
import { normalise } from '#services/normalise/normalise.ts'
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { until } from '#test/contracts/topic.ts'
import type { Delivered } from './deliver.ts'
import type { Holding } from './messages.ts'
import { topicSource } from './topic.ts'
import type { Source } from './source.ts'
import { trail } from '#test/trail.ts'

const time = '2026-05-04T09:00:00Z'
const now = Date.parse('2026-05-04T10:00:00Z')

const started = (n: number, agent = 'ledger') => ({
  kind: 'task.started',
  id: `s-${n}`,
  time,
  task: `t-${n}`,
  agent,
})
const json = (value: unknown): string => JSON.stringify(value)

const aws: Holding = {
  as: 'cloudtrail',
  normalise: (raw) => normalise(raw, { trustedAccounts: new Set() }),
}
const speaker = { name: 'in', agents: ['ledger'] }
const reports: Holding = { as: 'activities', speaker }

const opened: Source[] = []
afterEach(async () => {
  for (const source of opened.splice(0)) await source.close?.()
})

type World = { topic: MemoryTopic; intake: MemoryIntake; told: Delivered[] }

function world(partitions = 1): World {
  return { topic: memoryTopic(partitions), intake: memoryIntake(), told: [] }
}

function sourceOn(
  { topic, intake, told }: World,
  holding = aws,
  begin: 'earliest' | 'latest' = 'earliest',
): Source {
  const source = topicSource(
    { name: 'in', topic: 'records', begin, holding, bounds: messageLimitsOf(20_000, 16) },
    {
      topic,
      intake,
      scheduler: { ...systemScheduler, now: () => now },
      told: (each) => told.push(each),
    },
  )
  opened.push(source)
  return source
}

const ids = ({ intake }: World): string[] =>
  intake.logged.flatMap(({ records }) => records.map(({ record }) => record))
const dead = ({ intake }: World) => intake.logged.flatMap((offer) => offer.dead ?? [])
const said = ({ intake }: World) =>
  intake.logged
    .flatMap(({ records }) => records.flatMap(({ activities }) => activities))
    .filter(isReport)

test('records in any wrapper are read, and where reading goes on is logged with them', async () => {
  const here = world(2)
  here.topic.append(0, json(trail(1)))
  here.topic.append(0, json({ Records: [trail(2), trail(3)] }))
  here.topic.append(
    1,
    json({ 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.s3', detail: trail(4) }),
  )
  here.topic.append(1, gzipSync(json(trail(5))))
  await sourceOn(here).poll(now)
  await until(() => here.told.reduce((sum, { mapped }) => sum + mapped, 0) >= 5)
  expect(new Set(ids(here)).size).toBe(5)
  expect(here.intake.bookmark('in/0')).toBe('1 records 2')
  expect(here.intake.bookmark('in/1')).toBe('1 records 2')
  expect(dead(here)).toEqual([])
  expect(here.told.at(-1)).toMatchObject({ lag: 3_600_000 })
  const behind = here.told.flatMap((told) => [...(told.behind?.partitions ?? [])])
  expect(new Map(behind)).toEqual(
    new Map([
      [0, 0],
      [1, 0],
    ]),
  )
})

test('how much waits is told also while nothing is taken', async () => {
  const here = world(2)
  for (let n = 0; n < 3; n++) here.topic.append(1, json(trail(n)))
  const offer: MemoryIntake['offer'] = async (given) =>
    given.records.length > 0 ? { as: 'busy', retryAfterSeconds: 1 } : await here.intake.offer(given)
  await sourceOn({ ...here, intake: { ...here.intake, offer } }).poll(now)
  expect(here.told.map(({ behind }) => behind?.partitions)).toEqual([
    new Map([
      [0, 0],
      [1, 3],
    ]),
  ])
})

test('a restart goes on behind what was logged, message by message', async () => {
  const here = world()
  for (let n = 0; n < 20; n++) here.topic.append(0, json(trail(n)))
  const first = sourceOn(here)
  await first.poll(now)
  await until(() => ids(here).length >= 6)
  await first.close?.()
  await sourceOn(here).poll(now)
  await until(() => ids(here).length >= 20)
  expect(new Set(ids(here)).size).toBe(20)
  expect(ids(here)).toHaveLength(20)
})

test('another topic under the same name is begun anew', async () => {
  const here = world()
  here.topic.append(0, json(trail(1)))
  await here.intake.offer({ source: 'in/0', received: 0, records: [], bookmark: '1 others 7' })
  await sourceOn(here).poll(now)
  await until(() => ids(here).length === 1)
  expect(here.intake.bookmark('in/0')).toBe('1 records 1')
})

test('who begins behind the latest does so for good, though nothing came before the restart', async () => {
  const here = world()
  here.topic.append(0, json(trail(1)))
  const first = sourceOn(here, aws, 'latest')
  await first.poll(now)
  await first.close?.()
  here.topic.append(0, json(trail(2)))
  await sourceOn(here, aws, 'latest').poll(now)
  await until(() => ids(here).length === 1)
  expect(ids(here)[0]).toContain('000000000002')
})

test('what is no record is a dead letter with its place, and stops nothing', async () => {
  const here = world()
  const bad = ['{"half":', 'prose', '\xff\xfe', json({ eventName: 7 }), json({ hello: 1 }), '']
  for (const text of bad) here.topic.append(0, text)
  here.topic.append(0, null)
  here.topic.append(0, json({ Records: [trail(1), { eventName: 7 }] }))
  await sourceOn(here).poll(now)
  await until(() => ids(here).length === 1)
  const letters = dead(here)
  expect(new Set(letters.map(({ source }) => source))).toEqual(new Set(['in records/0']))
  expect(new Set(letters.map(({ offset }) => offset))).toEqual(new Set([0, 1, 2, 3, 4, 7]))
  expect(here.told.reduce((sum, { ignored }) => sum + ignored, 0)).toBe(2)
})

test('reports are stamped with the source, and with when the broker had them, if it says so', async () => {
  const here = world()
  here.topic.append(0, json(started(1)), now - 60_000)
  here.topic.append(0, json([started(2)]))
  here.topic.append(0, json(started(3)), now + 60_000)
  await sourceOn(here, reports).poll(now)
  await until(() => said(here).length === 3)
  expect(said(here).map(({ source, received }) => [source, received])).toEqual([
    ['in', now - 60_000],
    ['in', now],
    ['in', now],
  ])
  expect(ids(here)[0]).toBe('in/activity/task.started/s-1')
})

test('a topic speaks for its agents alone, and neither kind for the other', async () => {
  const here = world()
  here.topic.append(0, json(started(1, 'other')))
  here.topic.append(0, json(trail(1)))
  here.topic.append(0, json(started(2)))
  await sourceOn(here, reports).poll(now)
  await until(() => said(here).length === 1)
  expect(dead(here).map(({ offset, field }) => [offset, field])).toEqual([
    [0, 'agent'],
    [1, 'kind'],
  ])
  const there = world()
  there.topic.append(0, json(started(1)))
  there.topic.append(0, json({ resourceSpans: [span('otherwise')] }))
  there.topic.append(0, json(trail(1)))
  await sourceOn(there).poll(now)
  await until(() => ids(there).length === 1)
  expect(said(there)).toEqual([])
  expect(dead(there)).toHaveLength(2)
})

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } })
const span = (agent: string) => ({
  resource: { attributes: [attribute('gen_ai.agent.name', agent)] },
  scopeSpans: [
    {
      spans: [
        {
          traceId: '5b8efff798038103d269b633813fc60c',
          spanId: 'eee19b7ec3c1b174',
          name: 'execute_tool list',
          kind: 1,
          startTimeUnixNano: '1777885200000000000',
          endTimeUnixNano: '1777885201000000000',
          attributes: [
            attribute('gen_ai.operation.name', 'execute_tool'),
            attribute('gen_ai.tool.name', 'list'),
            attribute('gen_ai.agent.id', agent),
            attribute('gen_ai.agent.name', agent),
            attribute('aws.request_id', 'QMXQZVFT1FEXAMPLE'),
          ],
        },
      ],
    },
  ],
})

const otlp = (encoding: 'json' | 'protobuf', signal: 'traces' | 'logs' = 'traces'): Holding => ({
  as: 'otlp',
  signal,
  encoding,
  speaker,
})

test('OTLP as the Collector writes it to its topics', async () => {
  const here = world()
  here.topic.append(0, json({ resourceSpans: [span('ledger')] }))
  here.topic.append(0, json({ resourceSpans: [span('other')] }))
  here.topic.append(0, json({ resourceLogs: [] }))
  here.topic.append(0, '{')
  await sourceOn(here, otlp('json')).poll(now)
  await until(() => here.intake.bookmark('in/0') === '1 records 4')
  expect(said(here).map(({ kind, agent }) => [kind, agent])).toContainEqual([
    'tool.called',
    'ledger',
  ])
  expect(said(here).every(({ agent }) => agent === 'ledger')).toBe(true)
  expect(new Set(dead(here).map(({ offset }) => offset))).toEqual(new Set([1, 2, 3]))
})

test('protobuf that is none is a dead letter; an empty one says nothing', async () => {
  const here = world()
  here.topic.append(0, new BinaryWriter().finish())
  here.topic.append(0, Buffer.from([0x0a, 0x7f, 1]))
  await sourceOn(here, otlp('protobuf', 'logs')).poll(now)
  await until(() => here.intake.bookmark('in/0') === '1 records 2')
  expect(dead(here).map(({ offset, field }) => [offset, field])).toEqual([[1, 'document']])
})

test('what the broker forgot before it was read is a dead letter that names the gap', async () => {
  const here = world()
  for (let n = 0; n < 8; n++) here.topic.append(0, json(trail(n)))
  await here.intake.offer({ source: 'in/0', received: 0, records: [], bookmark: '1 records 2' })
  here.topic.forget(0, 5)
  await sourceOn(here).poll(now)
  await until(() => ids(here).length === 3)
  expect(dead(here)).toMatchObject([
    { source: 'in records/0', offset: 2, field: 'messages 2 to 4' },
  ])
  expect(dead(here)[0]?.reason).toContain('DATA_LOSS')
})

test('a topic that was made anew is read again, and told', async () => {
  const here = world()
  here.topic.append(0, json(trail(1)))
  await here.intake.offer({ source: 'in/0', received: 0, records: [], bookmark: '1 records 9' })
  await sourceOn(here).poll(now)
  await until(() => ids(here).length === 1)
  expect(dead(here)).toMatchObject([{ offset: 0, field: 'from 9 back to 0' }])
  expect(dead(here)[0]?.reason).toContain('DATA_LOSS')
})

test('while there is no room nothing is skipped, nor while the log cannot be written', async () => {
  const here = world()
  const { offer, bookmark } = here.intake
  let refusals = 3
  const intake = {
    ...here.intake,
    bookmark,
    offer: async (given: Parameters<typeof offer>[0]) => {
      if (given.records.length > 0 && refusals-- > 0) {
        if (refusals === 1) throw new Transient('logging an offer', { cause: 'no space left' })
        return { as: 'busy', retryAfterSeconds: 1 } as const
      }
      return await offer(given)
    },
  }
  for (let n = 0; n < 9; n++) here.topic.append(0, json(trail(n)))
  await sourceOn({ ...here, intake }).poll(now)
  await until(() => ids(here).length === 9)
  expect(new Set(ids(here)).size).toBe(9)
  expect(here.told.reduce((sum, { mapped }) => sum + mapped, 0)).toBe(9)
})

test('a reading that ended is told, and begun anew', async () => {
  const here = world()
  const source = sourceOn(here)
  await source.poll(now)
  here.topic.end('the broker refuses us')
  await expect(source.poll(now)).rejects.toThrow('the broker refuses us')
  here.topic.append(0, json(trail(1)))
  await source.poll(now)
  await until(() => ids(here).length === 1)
})

test('a mistake of ours is no trouble of the broker', async () => {
  const here = world()
  const mistake = new TypeError('a mistake')
  here.topic.append(0, json(trail(1)))
  const source = sourceOn(here, {
    as: 'cloudtrail',
    normalise: () => {
      throw mistake
    },
  })
  await source.poll(now)
  let thrown: unknown
  while (thrown === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    await source.poll(now).catch((why: unknown) => (thrown = why))
  }
  expect(thrown).toBe(mistake)
})

test('one message that unfolds to hundreds of thousands of elements costs one offer of bounded size, and reading goes on', async () => {
  const here = world()
  here.topic.append(0, gzipSync(Buffer.alloc(1024 * 1024, '{}\n')))
  here.topic.append(0, json(started(1)))
  await sourceOn(here, reports).poll(now)
  await until(() => said(here).length === 1)
  expect(here.intake.bookmark('in/0')).toBe('1 records 2')
  expect(dead(here).length).toBe(20_001)
  expect(dead(here).at(-1)?.reason).toContain('holds more than 20000 elements')
})
