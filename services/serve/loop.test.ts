import { describe, expect, test } from 'vitest'
import { manualScheduler, type ManualScheduler } from '#infra/memory/scheduler.ts'
import { scratch } from '#infra/sqlite/scratch.fixture.ts'
import { Bug, Transient, Unusable } from '#shared/errors.ts'
import type { MappedRecord } from '#shared/ports/intake.ts'
import { outcomeHash, outcomeOf } from '#services/replay/outcome.ts'
import { through } from '#test/engine.ts'
import { issuers, world } from '#test/properties/world.ts'
import {
  loopOptions,
  mappedOf,
  memoryStores,
  offerOf,
  silent,
  sqlStores,
  storeParts,
  type Stores,
} from '#test/serve.ts'
import { durableLoop, type Loop, type LoopOptions, type LoopPorts } from './loop.ts'
import type { Unit } from './tell.ts'

const records = mappedOf(world(1).records)
const pure = (await through(world(1).records, { issuers })).hash
const hashOf = ({ effects }: Stores) => outcomeHash(outcomeOf(effects.standing().incidents))

type Bench = {
  readonly loop: Loop
  readonly stores: Stores
  readonly scheduler: ManualScheduler
  readonly failures: unknown[]
}

function bench(
  stores: Stores,
  { ports = {}, options = {} }: { ports?: Partial<LoopPorts>; options?: Partial<LoopOptions> } = {},
): Bench {
  const scheduler = manualScheduler(1_777_885_200_000)
  const failures: unknown[] = []
  const loop = durableLoop(loopOptions(options), {
    ...stores,
    scheduler,
    log: silent,
    participants: [],
    at: () => undefined,
    failed: (why) => void failures.push(why),
    ...ports,
  })
  return { loop, stores, scheduler, failures }
}

/** Offers records so many at a time, each with its turn. */
async function feed({ loop, scheduler }: Bench, some = records, each = 7): Promise<void> {
  for (let at = 0; at < some.length; at += each) {
    const answer = loop.offer(offerOf(some.slice(at, at + each)))
    scheduler.run()
    expect(await answer).toEqual({ as: 'logged' })
  }
}

describe('the durable loop', () => {
  test('comes to the outcome of a replay', async () => {
    const one = bench(memoryStores())
    await one.loop.start()
    await feed(one)
    expect(hashOf(one.stores)).toBe(pure)
    expect(one.loop.status()).toMatchObject({ state: 'running', waiting: 0 })
  })

  test('comes to it on a data file that is closed and opened in between', async () => {
    const place = scratch()
    const half = Math.floor(records.length / 2)
    const outcomes: string[] = []
    for (const some of [records.slice(0, half), records.slice(half)]) {
      const db = place.open(storeParts)
      const one = bench(sqlStores(db))
      await one.loop.start()
      await feed(one, some)
      one.loop.close()
      outcomes.push(hashOf(one.stores))
      db.close()
    }
    place.end()
    expect(outcomes.at(-1)).toBe(pure)
  })

  test('a log that was set back under it ends it: what it judged is not what is stored', async () => {
    const stores = memoryStores()
    let lost = 0
    const append: typeof stores.journal.append = (...given) =>
      stores.journal.append(...given) - lost
    const one = bench({ ...stores, journal: { ...stores.journal, append } })
    await one.loop.start()
    await feed(one, records.slice(0, 14))
    lost = 1
    const answer = one.loop.offer(offerOf(records.slice(14, 20)))
    one.scheduler.run()
    await expect(answer).rejects.toThrow(/set back/)
    expect(one.failures).toEqual([expect.any(Unusable)])
  })

  test('logs together what waits together, up to the size of a unit', async () => {
    const one = bench(memoryStores())
    await one.loop.start()
    const answers = [20, 20, 20, 80].map((n) => one.loop.offer(offerOf(records.slice(0, n))))
    one.scheduler.run()
    await Promise.all(answers)
    expect(one.stores.journal.head()).toBe(3)
  })

  test('goes on where it stood, from the log alone or from a snapshot', async () => {
    for (const snapshotMs of [1e9, 1]) {
      const stores = memoryStores()
      const half = Math.floor(records.length / 2)
      const first = bench(stores, { options: { snapshotMs } })
      await first.loop.start()
      await feed(first, records.slice(0, half))
      first.scheduler.pass(10)
      const second = bench(stores)
      const recovered = await second.loop.start()
      expect(recovered.snapshot > 0).toBe(snapshotMs === 1)
      await feed(second, records.slice(half))
      expect(hashOf(stores)).toBe(pure)
    }
  })

  test('a snapshot at the end spares all of the log', async () => {
    const first = bench(memoryStores())
    await first.loop.start()
    await feed(first)
    first.loop.close()
    const recovered = await bench(first.stores).loop.start()
    expect(recovered).toMatchObject({ silent: 0, told: 0, snapshot: first.stores.journal.head() })
    await expect(first.loop.offer(offerOf([]))).rejects.toBeInstanceOf(Transient)
  })

  test('forgets what is old once a snapshot has it, and knows it all the same', async () => {
    const stores = memoryStores()
    const first = bench(stores, { options: { keepMs: 1000, snapshotMs: 500 } })
    await first.loop.start()
    const half = Math.floor(records.length / 2)
    await feed(first, records.slice(0, half))
    first.scheduler.pass(2000)
    await feed(first, records.slice(half))
    first.scheduler.pass(2000)
    expect(stores.journal.first()).toBeGreaterThan(1)
    expect((await bench(stores).loop.start()).rebased).toBeUndefined()
    expect(hashOf(stores)).toBe(pure)
  })
})

describe('who takes part in a commit', () => {
  test('hears of every unit that changes what stands, and of those that it wants', async () => {
    const heard: Unit[] = []
    const wanted = records[3]?.record
    const participant = {
      wants: (some: readonly MappedRecord[]) => some.some(({ record }) => record === wanted),
      take: (unit: Unit) => void heard.push(unit),
    }
    const one = bench(memoryStores(), { ports: { participants: [participant] } })
    await one.loop.start()
    await feed(one, records, 1)
    const changed = heard.filter(({ changes }) => changes.incidents.length > 0)
    expect(changed.length).toBeGreaterThan(3)
    expect(heard.flatMap((unit) => unit.records.map(({ record }) => record))).toContain(wanted)
    expect(heard.length).toBeLessThan(records.length)
  })

  test('hears a unit again after a crash, if and only if it was not committed', async () => {
    const stores = memoryStores()
    const heard: number[] = []
    let crash = true
    const take = ({ position }: Unit) => {
      heard.push(position)
      if (heard.length === 3 && crash) throw new Bug('crash')
    }
    const first = bench(stores, { ports: { participants: [{ take }] } })
    await first.loop.start()
    await expect(feed(first)).rejects.toBeInstanceOf(Transient)
    expect(first.failures).toHaveLength(1)
    crash = false
    const second = bench(stores, { ports: { participants: [{ take }] } })
    expect(await second.loop.start()).toMatchObject({ told: 1 })
    const [, , crashed, again] = heard
    expect(again).toBe(crashed)
    await feed(second)
    expect(new Set(heard).size).toBe(heard.length - 1)
    expect(hashOf(stores)).toBe(pure)
  })
})

describe('a store that cannot be written', () => {
  const failing = (stores: Stores, part: 'journal' | 'effects') => {
    const state = { isFull: false }
    const full = () => {
      if (state.isFull) throw new Transient('writing', { cause: 'no space' })
    }
    const { journal, effects } = stores
    const append: typeof journal.append = (...args) => (full(), journal.append(...args))
    const commit: typeof effects.commit = (...args) => (full(), effects.commit(...args))
    const failed =
      part === 'journal' ? { journal: { ...journal, append } } : { effects: { ...effects, commit } }
    return { state, failed }
  }

  test('refuses offers while the log is full, and goes on after', async () => {
    const stores = memoryStores()
    const { state, failed } = failing(stores, 'journal')
    const one = bench(stores, { ports: failed })
    await one.loop.start()
    state.isFull = true
    const refused = one.loop.offer(offerOf(records.slice(0, 5)))
    one.scheduler.run()
    await expect(refused).rejects.toBeInstanceOf(Transient)
    expect(one.loop.status().state).toBe('stalled')
    state.isFull = false
    one.scheduler.pass(1000)
    await feed(one)
    expect([hashOf(stores), one.loop.status().state]).toEqual([pure, 'running'])
  })

  test('owes a commit until it can be made, and takes nothing more meanwhile', async () => {
    const stores = memoryStores()
    const { state, failed } = failing(stores, 'effects')
    const one = bench(stores, { ports: failed, options: { waitingMax: 10 } })
    await one.loop.start()
    state.isFull = true
    const first = one.loop.offer(offerOf(records))
    one.scheduler.run()
    expect(await first).toEqual({ as: 'logged' })
    const second = one.loop.offer(offerOf(records.slice(0, 10)))
    one.scheduler.pass(5000)
    expect(stores.journal.head()).toBe(1)
    expect(await one.loop.offer(offerOf(records))).toMatchObject({ as: 'busy' })
    expect(stores.effects.standing().incidents).toEqual([])
    state.isFull = false
    one.scheduler.pass(1000)
    expect(await second).toEqual({ as: 'logged' })
    expect(hashOf(stores)).toBe(pure)
  })

  test('anything else stops the loop for good', async () => {
    const at = (point: string) => {
      if (point === 'after unit') throw new Bug('no')
    }
    const one = bench(memoryStores(), { ports: { at } })
    await one.loop.start()
    const [first, second] = [records, records].map((some) => one.loop.offer(offerOf(some)))
    one.scheduler.run()
    expect(await first).toEqual({ as: 'logged' })
    await expect(second).rejects.toBeInstanceOf(Bug)
    expect([one.failures.length, one.loop.status().state]).toEqual([1, 'failed'])
  })
})

test('dead letters, progress and bookmarks are logged with the records, without what they said', async () => {
  const stores = memoryStores()
  const one = bench(stores)
  await one.loop.start()
  const letter = {
    id: 'd',
    reason: 'is no JSON',
    field: '',
    source: 's',
    offset: 1,
    text: 'canary',
  }
  const progress = {
    kind: 'progress',
    source: 'trail',
    scope: '111122223333',
    from: -Infinity,
    upTo: 5,
    within: 0,
  } as const
  const answer = one.loop.offer(
    offerOf([], { source: 'trail', dead: [letter], progress: [progress], bookmark: '12' }),
  )
  one.scheduler.run()
  await answer
  expect(one.loop.bookmark('trail')).toBe('12')
  expect(stores.letters.list(9)).toMatchObject([{ id: 'd', at: 1_777_885_200_000 }])
  const bytes = Buffer.concat([...stores.journal.read(0)].map(({ body }) => body))
  expect(bytes.includes('is no JSON')).toBe(true)
  expect(bytes.includes('canary')).toBe(false)
  const known = one.loop
    .engine()
    .states.correlate.map((state) => [...(state.progress.get('111122223333')?.values() ?? [])])
  expect(known).toEqual([[progress], [progress], [progress]])
})
