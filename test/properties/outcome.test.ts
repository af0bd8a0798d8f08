import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { through } from '#test/engine.ts'
import { longRuns, runs } from '#test/property.ts'
import { issuers, world } from './world.ts'

const hour = 3_600_000
const seeds = fc.integer({ min: 1, max: 1_000_000 })

describe('SEMANTICS G1: the outcome depends on the records alone', () => {
  it(
    'not on partitions, batches, order, repetition or delay',
    async () => {
      await fc.assert(
        fc.asyncProperty(seeds, seeds, async (seed, arrival) => {
          const { records } = world(seed)
          const base = await through(records, { issuers, partitions: 4 })
          const ways = [
            { partitions: 1 },
            { partitions: 3, arrival: { shuffle: arrival } },
            { partitions: 8, arrival: { shuffle: arrival + 1, duplicate: 0.3 } },
            { partitions: 3, arrival: { shuffle: arrival + 2, delayMs: hour } },
            { partitions: 1, batch: 7, arrival: { duplicate: 0.2, delayMs: hour / 6 } },
            { partitions: 8, batch: 1 },
          ]
          for (const way of ways) {
            const run = await through(records, { issuers, ...way })
            expect(run.outcome, JSON.stringify(way)).toEqual(base.outcome)
            expect(run.hash).toBe(base.hash)
            expect(run.attribution).toEqual(base.attribution)
            expect(run.attributionTask).toEqual(base.attributionTask)
          }
        }),
        { numRuns: runs(8) },
      )
    },
    longRuns ? 1_800_000 : 60_000,
  )
})

it('raises something in every world, else nothing was compared', async () => {
  const { incidents } = await through(world(1).records, { issuers })
  expect(incidents.length).toBeGreaterThan(3)
})
