import { afterEach, expect, test } from 'vitest'
import { systemScheduler } from '#infra/clock/scheduler.ts'
import { memoryEffects } from '#infra/memory/effects.ts'
import { memoryHopLog } from '#infra/memory/hop-log.ts'
import { memorySeats } from '#infra/memory/seats.ts'
import { encode } from '#shared/codec/encode.ts'
import { Transient, Unusable } from '#shared/errors.ts'
import type { Scheduler } from '#shared/ports/scheduler.ts'
import { defaultPolicy } from '#shared/policy.ts'
import type { Seats } from '#shared/ports/seats.ts'
import { detections } from '#services/detect/detections/index.ts'
import { admissionsOf } from '#services/hops/admissions.ts'
import { placesOf } from '#services/hops/places.ts'
import { startWorker, type Worker } from '#services/hops/worker.ts'
import { outcomeOf } from '#services/replay/outcome.ts'
import { until } from '#test/contracts/topic.ts'
import { through } from '#test/engine.ts'
import { issuers, world } from '#test/properties/world.ts'
import { mappedOf, silent } from '#test/serve.ts'

const policy = { ...defaultPolicy, issuers: new Set(issuers) }
const engine = { partitions: 3, policy, detections, recentMax: 1 << 10 }

const workers: Worker[] = []
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.close()
})

/** Topics and stores that several workers share. */
function house() {
  const logs = memoryHopLog()
  const effects = memoryEffects()
  const seats = memorySeats(() => Date.now())
  const failures: unknown[] = []
  let refused = 0
  const warnings: [message: string, why: unknown][] = []
  const work = (
    holder: string,
    generation = 'g',
    refuse = 0,
    other: { readonly seats?: Seats; readonly scheduler?: Scheduler } = {},
  ): Worker => {
    const worker = startWorker(
      {
        holder,
        generation,
        engine,
        places: placesOf(engine.partitions).all,
        leaseMs: 200,
        unitMs: 10,
        snapshotMs: 20,
      },
      {
        log: logs.open(),
        seats,
        scheduler: systemScheduler,
        ...other,
        told: async () => await Promise.resolve(effects.emittedThrough()),
        effects: {
          commit: async (said, unit) => {
            if (refused++ < refuse) throw new Transient('committing', { cause: 'full' })
            if (unit > effects.emittedThrough()) effects.commit(said, unit)
            await Promise.resolve()
          },
          release: async () => await Promise.resolve(),
        },
        at: () => undefined,
        tellOperator: {
          ...silent,
          warn: (message, fields) => void warnings.push([message, fields?.['why']]),
        },
        failed: (why) => failures.push(why),
      },
    )
    workers.push(worker)
    return worker
  }
  const log = logs.open()
  const offer = async (records: readonly unknown[]): Promise<void> =>
    await log.append(admissionsOf(mappedOf(records), [], engine.partitions))
  return { logs, log, effects, seats, failures, warnings, work, offer }
}

const { records } = world(7)
const half = records.length >>> 1

test('two workers share the places and come to the outcome of one process', async () => {
  const { effects, failures, work, offer } = house()
  const [one, two] = [work('a'), work('b', 'g', 3)]
  await offer(records.slice(0, half))
  await until(() => one.status().places.size > 0 && two.status().places.size > 0)
  await offer(records.slice(half))
  const base = await through(records, { issuers })
  await until(
    () =>
      failures.length > 0 ||
      JSON.stringify(outcomeOf(effects.standing().incidents)) === JSON.stringify(base.outcome),
  )
  expect(failures).toEqual([])
  expect(one.status().places.size + two.status().places.size).toBe(16)
})

test('what one worker leaves another goes on with, from what was saved', async () => {
  const { effects, failures, work, offer, seats } = house()
  const one = work('a')
  await offer(records.slice(0, half))
  const isSaved = async (): Promise<boolean> => ((await seats.load('correlate/1'))?.unit ?? 0) > 2
  while (!(await isSaved())) await new Promise((resolve) => setTimeout(resolve, 10))
  await one.close()
  const two = work('b')
  await offer(records.slice(half))
  const base = await through(records, { issuers })
  await until(
    () =>
      failures.length > 0 ||
      JSON.stringify(outcomeOf(effects.standing().incidents)) === JSON.stringify(base.outcome),
  )
  expect(failures).toEqual([])
  expect(two.status().places.size).toBe(16)
})

test('states of other code or settings are not gone on from', async () => {
  const { failures, work, offer, seats } = house()
  const one = work('a')
  await offer(records.slice(0, 5))
  while (!(await seats.load('normalise/0'))) await new Promise((resolve) => setTimeout(resolve, 10))
  await one.close()
  work('b', 'another')
  await until(() => failures.length > 0)
  expect(String(failures[0])).toContain('of other code or settings')
})

test('messages that a topic has forgotten are told, never skipped', async () => {
  const { failures, work, offer, logs } = house()
  await offer(records.slice(0, 30))
  logs.forget('normalise/1', 1)
  work('a')
  await until(() => failures.length > 0)
  expect(String(failures[0])).toContain('normalise/1: messages of its topic are lost')
})

const headed = (header: unknown): Buffer => {
  const json = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  return Buffer.concat([length, json])
}

test.each([
  ['text', Buffer.from('hello')],
  ['nothing', Buffer.alloc(0)],
  ['a length alone', Buffer.from([2, 0, 0, 0])],
  ['a header of nobody', headed(null)],
  ['a word from nowhere', headed({ format: 1, generation: 'g' })],
  [
    'other plain data',
    Buffer.concat(encode({ some: 'thing' }, { classes: [], values: {}, entities: [] })),
  ],
  [
    'a tick of no unit',
    Buffer.concat(encode(['tick', 'x'], { classes: [], values: {}, entities: [] })),
  ],
])('what a stranger writes stops the worker, with where and what to do: %s', async (_, value) => {
  for (const hop of ['normalise', 'correlate']) {
    const { failures, work, log } = house()
    await log.append([{ place: `${hop}/2`, value }])
    work('a')
    await until(() => failures.length > 0)
    expect(failures[0]).toBeInstanceOf(Unusable)
    expect(String(failures[0])).toContain(
      `at offset 0 of partition 2 of the topic of ${hop} was not`,
    )
    expect(String(failures[0])).toContain('another prefix and an empty database')
  }
})

test('states that cannot be saved are told, once a minute for each place, and work goes on', async () => {
  const { seats, failures, warnings, work } = house()
  const tries = new Map<string, number>()
  let ahead = 0
  const refusing: Seats = {
    ...seats,
    async save({ place }) {
      tries.set(place, (tries.get(place) ?? 0) + 1)
      return await Promise.reject(new Transient('saving', { cause: 'the disk is full' }))
    },
  }
  const elapsed = (): number => systemScheduler.elapsed() + ahead
  const worker = work('a', 'g', 0, { seats: refusing, scheduler: { ...systemScheduler, elapsed } })
  const tried = (): number => tries.get('join/1') ?? 0
  const told = () => warnings.filter(([message]) => message.startsWith('join/1: '))
  await until(() => tried() >= 3)
  expect(told()).toEqual([
    [
      'join/1: its state could not be saved; work goes on, trying again',
      'saving: the disk is full',
    ],
  ])
  ahead = 60_000
  const before = worker.status().told
  await until(() => told().length > 1 && worker.status().told > before)
  expect(failures).toEqual([])
})
