import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { through } from '#test/engine.ts'
import { longRuns } from '#test/property.ts'
import type { Replayed } from '#services/replay/replay.ts'
import { here, load, names } from './all.ts'

/** Arrivals of each scenario beside the plain one. */
const arrivals = longRuns ? 200 : 3
const partitions = [1, 3, 8]

describe.each(names)('%s', (name) => {
  test('gives the incidents of expected.json', async () => {
    const { records, ...options } = await load(name)
    const { incidents, outcome } = await through(records, options)
    expect(incidents).toHaveLength(outcome.length)
    await expect(`${JSON.stringify(readable(outcome, incidents), null, 2)}\n`).toMatchFileSnapshot(
      join(here, name, 'expected.json'),
    )
  })

  test('G1: gives the same outcome over partitions, orders and repeats', async () => {
    const { records, ...options } = await load(name)
    const { hash } = await through(records, options)
    for (const count of partitions)
      for (let seed = 1; seed <= arrivals; seed++) {
        const arrival = {
          shuffle: seed,
          duplicate: (seed % 3) / 4,
          delayMs: (seed % 2) * 3_600_000,
        }
        const batch = 1 + ((seed * 7) % 40)
        const other = await through(records, { ...options, partitions: count, batch, arrival })
        expect(other.hash, `partitions ${count}, seed ${seed}, batch ${batch}`).toBe(hash)
      }
  })
})

/** The outcome, with the chain and the times that explain it to a reader. */
const readable = (outcome: readonly unknown[], incidents: Replayed['incidents']): unknown =>
  outcome.map((told, i) => ({
    ...(told as object),
    first: new Date(incidents[i]?.first.at ?? 0).toISOString(),
    chain: incidents[i]?.chain.map(({ key, principal }) => `${key} ${principal}`),
  }))
