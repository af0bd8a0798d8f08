import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { kafkaHopLog } from '#infra/kafka/hop-log.ts'
import { openInPostgres } from '#infra/postgres/data-file.ts'
import { postgresSeats } from '#infra/postgres/seats.ts'
import { Transient } from '#shared/errors.ts'
import type { HopLog, HopMessage } from '#shared/ports/hop-log.ts'
import { admissionsOf } from '#services/hops/admissions.ts'
import { hopPoints } from '#services/hops/crash-points.ts'
import { hopNames } from '#services/hops/places.ts'
import { chanceFrom } from '#services/replay/chance.ts'
import { outcomeOf } from '#services/replay/outcome.ts'
import { through } from '#test/engine.ts'
import { broker } from '#test/integration/kafka/broker.ts'
import { hopTopics } from '#test/integration/kafka/hop-topics.ts'
import { place } from '#test/integration/postgres/place.ts'
import { issuers, world } from '#test/properties/world.ts'
import { longRuns, seed } from '#test/property.ts'
import { mappedOf, silent } from '#test/serve.ts'
import { engine, type WorkerArguments } from './options.ts'

const { kafka } = broker()
const { fresh } = place()
const program = fileURLToPath(new URL('main.ts', import.meta.url))

const children = new Set<ChildProcess>()
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
})

type Told = { readonly told: number; readonly places: number; readonly repeats: number }
type Running = { readonly child: ChildProcess; readonly told: () => Told }

function start(given: WorkerArguments): Running {
  const child = spawn(process.execPath, [program, JSON.stringify(given)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  let last: Told = { told: 0, places: 0, repeats: 0 }
  child.stdout?.on('data', (line: Buffer) => {
    last = JSON.parse(line.toString().trim().split('\n').at(-1) ?? '') as Told
  })
  return { child, told: () => last }
}

/** As a door does: until it is acknowledged. */
async function append(log: HopLog, messages: readonly HopMessage[]): Promise<void> {
  for (;;)
    try {
      return await log.append(messages)
    } catch (thrown) {
      if (!(thrown instanceof Transient)) throw thrown
      await sleep(50)
    }
}

const kills = longRuns ? 40 : 4

test('two workers, one of them killed again and again: nothing lost, nothing told twice', async () => {
  const chance = chanceFrom(seed ?? 7)
  const prefix = `work-${process.pid}`
  const { brokers } = kafka()
  const admin = await hopTopics(brokers, prefix, hopNames, engine.partitions)
  const database = fresh()
  await (await postgresSeats(database)).close()
  let made = 0
  const another = (): Running => start({ holder: `w${made++}`, brokers, database, prefix })
  const running = [another(), another()]
  const log = await kafkaHopLog(
    { brokers, log: silent },
    { prefix, hops: ['normalise'], group: `${prefix}-door` },
  )

  const { records } = world(11)
  const mapped = mappedOf(records)
  const share = Math.ceil(mapped.length / (kills + 1))
  const data = openInPostgres(database)
  /** So many units more are told. */
  const progress = async (units: number): Promise<void> => {
    const from = data.effects.emittedThrough()
    while (data.effects.emittedThrough() < from + units) await sleep(50)
  }
  let [repeats, stopped] = [0, 0]
  for (let n = 0; n <= kills; n++) {
    const part = mapped.slice(n * share, (n + 1) * share)
    for (let at = 0; at < part.length; at += 5) {
      await append(log, admissionsOf(part.slice(at, at + 5), [], engine.partitions))
      await sleep(chance() * 30)
    }
    await progress(2)
    if (n === kills) break
    await sleep(chance() * 1000)
    const victim = Math.floor(chance() * 2)
    const { child, told } = running[victim] ?? another()
    repeats += told().repeats
    const gone = once(child, 'exit')
    if (n % 2 === 1) {
      // It sleeps while others take its places, wakes as if nothing had happened, and is killed a while later, if it has not left.
      child.kill('SIGSTOP')
      stopped++
      await append(log, admissionsOf(part.slice(0, 5), [], engine.partitions))
      await progress(2)
      child.kill('SIGCONT')
      await sleep(chance() * 1000)
    }
    child.kill('SIGKILL')
    await gone
    running[victim] = another()
  }
  const base = await through(records, { issuers })
  const outcome = (): string => JSON.stringify(outcomeOf(data.effects.standing().incidents))
  while (outcome() !== JSON.stringify(base.outcome)) await sleep(200)
  const cases = data.desk.list({ states: ['open', 'acknowledged', 'closed'], limit: 10_000 })
  const events = cases.flatMap(({ handle }) => data.desk.history(handle, 10_000))
  const doubled = events.length - new Set(events.map(({ id }) => id)).size
  const raised = events.filter(({ kind }) => kind === 'raised').length
  const again = running.reduce((sum, { told }) => sum + told().repeats, repeats)
  process.stdout.write(
    `${records.length} records, ${kills} kills, ${stopped} of them after a sleep, ${data.effects.emittedThrough()} units, ${again} words heard again; ` +
      `${cases.length} incidents, lost 0, doubled ${doubled}\n`,
  )
  data.close()
  for (const { child, told } of running) {
    while (told().places === 0) await sleep(50)
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await gone).toEqual([0, null])
  }
  await log.close()
  await admin.disconnect()
  expect(doubled).toBe(0)
  expect(raised).toBe(cases.length)
})

test.each(hopPoints)(
  'a worker that dies %s leaves nothing undone and nothing done twice',
  async (point) => {
    const prefix = `point-${process.pid}-${hopPoints.indexOf(point)}`
    const { brokers } = kafka()
    const admin = await hopTopics(brokers, prefix, hopNames, engine.partitions)
    const database = fresh()
    await (await postgresSeats(database)).close()
    const group = `${prefix}-door`
    const log = await kafkaHopLog({ brokers, log: silent }, { prefix, hops: ['normalise'], group })
    const { records } = world(5)
    await append(log, admissionsOf(mappedOf(records), [], engine.partitions))
    for (const times of [1, 3]) {
      const { child } = start({
        holder: `w${times}`,
        brokers,
        database,
        prefix,
        dieAt: { point, times },
      })
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
    }
    const last = start({ holder: 'last', brokers, database, prefix })
    const data = openInPostgres(database)
    const base = await through(records, { issuers })
    while (
      JSON.stringify(outcomeOf(data.effects.standing().incidents)) !== JSON.stringify(base.outcome)
    )
      await sleep(100)
    const cases = data.desk.list({ states: ['open', 'acknowledged', 'closed'], limit: 10_000 })
    const events = cases.flatMap(({ handle }) => data.desk.history(handle, 10_000))
    data.close()
    const gone = once(last.child, 'exit')
    last.child.kill('SIGKILL')
    await gone
    await log.close()
    await admin.disconnect()
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
    expect(events.filter(({ kind }) => kind === 'raised')).toHaveLength(cases.length)
  },
)
