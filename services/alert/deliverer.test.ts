import { describe, expect, test } from 'vitest'
import { memoryOutbox } from '#infra/memory/outbox.ts'
import { manualScheduler } from '#infra/memory/scheduler.ts'
import { Bug, Transient } from '#shared/errors.ts'
import type { Delivery, Lane, NewDelivery, Outbox } from '#shared/ports/outbox.ts'
import type { Sender, Sent } from '#shared/ports/sender.ts'
import { deliverer } from './deliverer.ts'
import { afterAttempt, attemptsMax } from './schedule.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const delivered: Sent = { as: 'delivered' }
const later: Sent = { as: 'later', why: 'status 503 of soc.example' }

const of = (incident: string, revision = 1, to = 'soc'): NewDelivery => ({
  id: `${incident}.${revision}`,
  to,
  incident,
  event: 'raised',
  body: '{}',
})
const lane = (name: string): Lane => ({ name, kind: 'webhook', severity: 'low' })

/** A destination that answers as told, and keeps what it got. */
function receiver(answer: (delivery: Delivery) => Sent | Promise<Sent> = () => delivered) {
  const got: string[] = []
  const sender: Sender = {
    width: 2,
    async send(delivery) {
      got.push(delivery.id)
      return await answer(delivery)
    },
  }
  return { got, sender }
}

function bench(senders: Readonly<Record<string, Sender>>, outbox: Outbox = memoryOutbox()) {
  const scheduler = manualScheduler(1_000_000)
  const failures: unknown[] = []
  const lanes = Object.keys(senders).map(lane)
  const one = deliverer(
    { lanes, keepMs: 1e9 },
    {
      outbox,
      senders: new Map(Object.entries(senders)),
      scheduler,
      log: silent,
      failed: (why) => void failures.push(why),
    },
  )
  /** Lets time pass in steps, and what is on its way arrive. */
  const pass = async (ms: number, step = 1000): Promise<void> => {
    for (let left = ms; left > 0; left -= step) {
      scheduler.pass(Math.min(step, left))
      await arrive()
    }
  }
  return { ...one, outbox, scheduler, failures, pass }
}

const arrive = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

describe('the deliverer', () => {
  test('sends what waits, in the order of each incident, and each once', async () => {
    const { got, sender } = receiver()
    const one = bench({ soc: sender })
    one.outbox.add([of('a', 1), of('a', 2), of('b', 1), of('a', 3), of('c')], 5)
    one.start()
    await one.pass(5000)
    expect(got.filter((id) => id.startsWith('a'))).toEqual(['a.1', 'a.2', 'a.3'])
    expect(got.toSorted()).toEqual(['a.1', 'a.2', 'a.3', 'b.1', 'c.1'])
    expect(one.outbox.counts()).toEqual([{ to: 'soc', waiting: 0, delivered: 5, dead: 0 }])
  })

  test('says where something may be sent, and gives up what waits for others', async () => {
    const one = bench({ soc: receiver().sender })
    one.outbox.add([of('a', 1, 'gone')], 5)
    one.start()
    expect(one.outbox.lanes()).toEqual([lane('soc')])
    expect(one.outbox.deadOnes(9)).toMatchObject([{ id: 'a.1', to: 'gone' }])
    await one.close()
  })

  test('sees what another process added, and hears at once what this one added', async () => {
    const { got, sender } = receiver()
    const one = bench({ soc: sender })
    one.start()
    one.outbox.add([of('a')], 5)
    await one.pass(1000)
    one.outbox.add([of('b')], 5)
    one.wake()
    await arrive()
    expect(got).toEqual(['a.1', 'b.1'])
  })

  test('tries again later and later, then gives up and lets what waits behind it go', async () => {
    const { got, sender } = receiver(({ id }) => (id === 'a.1' ? later : delivered))
    const one = bench({ soc: sender })
    one.outbox.add([of('a', 1), of('a', 2)], 5)
    one.start()
    await one.pass(4 * 86_400_000, 60_000)
    expect(got).toEqual([...Array.from({ length: attemptsMax }, () => 'a.1'), 'a.2'])
    expect(one.outbox.deadOnes(9)).toMatchObject([
      { id: 'a.1', why: `${attemptsMax} attempts: ${later.why}` },
    ])
  })

  test('what is refused is dead at once, with the reason', async () => {
    const { got, sender } = receiver(({ id }) =>
      id === 'a.1' ? { as: 'refused', why: 'status 400 of soc.example' } : delivered,
    )
    const one = bench({ soc: sender })
    one.outbox.add([of('a', 1), of('a', 2)], 5)
    one.start()
    await one.pass(2000)
    expect(got).toEqual(['a.1', 'a.2'])
    expect(one.outbox.deadOnes(9)).toMatchObject([{ why: 'status 400 of soc.example' }])
  })

  test('a dead destination holds up no other one, and is asked ever more rarely', async () => {
    const dead = receiver(() => later)
    const good = receiver()
    const one = bench({ dead: dead.sender, good: good.sender })
    const many = Array.from({ length: 200 }, (_, n) => `i${n}`)
    one.outbox.add(
      many.flatMap((each) => [of(each, 1, 'dead'), of(each, 1, 'good')]),
      5,
    )
    one.start()
    await one.pass(600_000)
    expect(good.got).toHaveLength(200)
    expect(dead.got.length).toBeLessThan(20)
    expect(one.outbox.counts()[0]).toMatchObject({ to: 'dead', waiting: 200, dead: 0 })
    expect(one.status()[0]).toMatchObject({ state: 'resting', why: later.why })
  })

  test('once it answers again everything goes', async () => {
    let isUp = false
    const { sender } = receiver(() => (isUp ? delivered : later))
    const one = bench({ soc: sender })
    one.outbox.add(
      Array.from({ length: 50 }, (_, n) => of(`i${n}`)),
      5,
    )
    one.start()
    await one.pass(100_000)
    isUp = true
    await one.pass(1_000_000)
    expect(one.outbox.counts()).toMatchObject([{ waiting: 0, delivered: 50 }])
    expect(one.status()[0]).toMatchObject({ state: 'working', failures: 0 })
  })

  test('one that never answers holds up only as many as it takes at a time', async () => {
    const { got, sender } = receiver(() => new Promise<Sent>(() => undefined))
    const one = bench({ soc: sender })
    one.outbox.add([of('a'), of('b'), of('c')], 5)
    one.start()
    await one.pass(10_000)
    expect(got).toEqual(['a.1', 'b.1'])
  })

  test('a fault of a sender is one failed attempt', async () => {
    let calls = 0
    const { sender } = receiver(() => {
      if (calls++ === 0) throw new Bug('no')
      return delivered
    })
    const one = bench({ soc: sender })
    one.outbox.add([of('a')], 5)
    one.start()
    await one.pass(5000)
    expect(one.outbox.counts()).toMatchObject([{ delivered: 1 }])
  })

  test('an answer that could not be written is written later, without sending again', async () => {
    const outbox = memoryOutbox()
    let isFull = true
    const full: Outbox['delivered'] = (...args) => {
      if (isFull) throw new Transient('writing', { cause: 'no space' })
      outbox.delivered(...args)
    }
    const { got, sender } = receiver()
    const one = bench({ soc: sender }, { ...outbox, delivered: full })
    outbox.add([of('a', 1), of('a', 2)], 5)
    one.start()
    await one.pass(5000)
    isFull = false
    await one.pass(5000)
    expect(got).toEqual(['a.1', 'a.2'])
    expect(one.failures).toEqual([])
  })

  test('a store that is broken ends it', async () => {
    const broken = () => {
      throw new Bug('broken')
    }
    const { got, sender } = receiver()
    const one = bench({ soc: sender }, { ...memoryOutbox(), due: broken })
    one.start()
    await one.pass(5000)
    expect(one.failures).toHaveLength(1)
    expect(got).toEqual([])
  })

  test('closing waits for what is on its way, and starts nothing', async () => {
    let answer = (_: Sent): void => undefined
    const { got, sender } = receiver(() => new Promise<Sent>((resolve) => void (answer = resolve)))
    const one = bench({ soc: sender })
    one.outbox.add([of('a', 1), of('a', 2)], 5)
    one.start()
    await arrive()
    const closed = one.close()
    answer(delivered)
    await closed
    await one.pass(5000)
    expect(got).toEqual(['a.1'])
    expect(one.outbox.counts()).toMatchObject([{ waiting: 1, delivered: 1 }])
  })
})

describe('the schedule', () => {
  const failed = (attempts: number, sent: Sent = later, id = 'a.1') =>
    afterAttempt({ ...of('a'), id, since: 0, attempts, due: 0 }, sent, 1000)
  const dueOf = (next: ReturnType<typeof failed>): number =>
    next.as === 'failed' ? next.due - 1000 : -1

  test('is pure, grows, and is spread by a fifth at most', () => {
    expect(failed(3)).toEqual(failed(3))
    const waits = Array.from({ length: attemptsMax - 1 }, (_, n) => dueOf(failed(n)))
    expect(waits.every((wait, n) => wait > (waits[n - 1] ?? 0))).toBe(true)
    const first = Array.from({ length: 500 }, (_, n) => dueOf(failed(0, later, `i${n}.1`)))
    expect(Math.min(...first)).toBeGreaterThanOrEqual(1000)
    expect(Math.max(...first)).toBeLessThanOrEqual(1200)
    expect(new Set(first).size).toBeGreaterThan(50)
  })

  test('lets a receiver put us off, within bounds', () => {
    expect(dueOf(failed(0, { ...later, afterMs: 60_000 }))).toBe(60_000)
    expect(dueOf(failed(0, { ...later, afterMs: 1e12 }))).toBe(6 * 3_600_000)
  })

  test('ends', () => expect(failed(attemptsMax - 1)).toMatchObject({ as: 'dead' }))
})
