import { describe, expect, test } from 'vitest'
import { manualScheduler } from '#infra/memory/scheduler.ts'
import { defaultPolicy } from '#shared/policy.ts'
import { coverageOf, parseCover } from '#services/replay/coverage.ts'
import { outcomeHash, outcomeOf } from '#services/replay/outcome.ts'
import { durableLoop } from '#services/serve/loop.ts'
import { through } from '#test/engine.ts'
import { load, names } from '#test/scenarios/all.ts'
import type { Scenario } from '#test/scenarios/scenario.ts'
import { loopOptions, mappedOf, offerOf, silent, sqlStores } from '#test/serve.ts'
import { place } from './place.ts'

const { fresh, own } = place()

/** A scenario through the loop of serve on PostgreSQL, which is closed and opened anew in the middle of it. */
async function served({ records, issuers = [], covers = [] }: Scenario, partitions: number) {
  const address = fresh()
  const mapped = mappedOf(records)
  const coverage = coverageOf(covers.flatMap((text) => parseCover(text) ?? []))
  for (const { activities } of mapped) coverage.see(activities)
  const progress = coverage.progress().flatMap((m) => (m.kind === 'progress' ? [m.progress] : []))
  const half = Math.floor(mapped.length / 2)
  const lives = [
    [offerOf(mapped.slice(0, half))],
    [offerOf(mapped.slice(half)), offerOf([], { progress })],
  ]
  let hash = ''
  for (const offers of lives) {
    const db = own(address)
    if ('heldBy' in db) throw new Error(db.heldBy)
    const stores = sqlStores(db)
    const scheduler = manualScheduler(1_777_885_200_000)
    const policy = { ...defaultPolicy, issuers: new Set(issuers) }
    const loop = durableLoop(loopOptions({ engine: { partitions, policy } }), {
      ...stores,
      scheduler,
      log: silent,
      participants: [],
      at: () => undefined,
      failed: (why) => {
        throw why
      },
    })
    await loop.start()
    for (const offer of offers) {
      const answer = loop.offer(offer)
      scheduler.run()
      expect(await answer).toEqual({ as: 'logged' })
    }
    loop.close()
    hash = outcomeHash(outcomeOf(stores.effects.standing().incidents))
    db.close()
  }
  return hash
}

describe.each(names)('%s', (name) => {
  test.each([1, 3, 8])('gives the outcome of a replay, over %i partitions', async (partitions) => {
    const scenario = await load(name)
    const { records, ...options } = scenario
    expect(await served(scenario, partitions)).toBe((await through(records, options)).hash)
  })
})
