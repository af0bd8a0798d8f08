import fc from 'fast-check'
import { expect, it } from 'vitest'
import { everyCred } from '#services/correlate/creds.ts'
import { viewKey } from '#services/correlate/keys.ts'
import type { Replayed } from '#services/replay/replay.ts'
import { through } from '#test/engine.ts'
import { longRuns, runs } from '#test/property.ts'
import { issuers, world, type Owner } from './world.ts'

/** Holders as the engine decides them, by key. */
function holdersOf({ engine }: Replayed): Map<string, Owner> {
  const found = new Map<string, Owner>()
  for (const state of engine.states.correlate)
    for (const cred of everyCred(state)) {
      const { task, agent } = viewKey(state, cred).decision.holder
      found.set(cred.key, { task: task.id, agent: agent.id })
    }
  return found
}

const time = longRuns ? 1_800_000 : 60_000
const seeds = fc.integer({ min: 1, max: 1_000_000 })

it(
  'DESIGN 3.1: every key has the owner whom it was given to, whatever anybody writes on it',
  async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { records, owners, nobody } = world(seed)
        const run = await through(records, { issuers, arrival: { shuffle: seed, duplicate: 0.1 } })
        const holders = holdersOf(run)
        const given = Object.fromEntries([...owners.keys()].map((key) => [key, holders.get(key)]))
        expect(given).toEqual(Object.fromEntries(owners))
        for (const key of nobody) expect(holders.has(key), key).toBe(false)
      }),
      { numRuns: runs(25) },
    )
  },
  time,
)

it(
  'a key is told as reused if and only if a task used it that may not',
  async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { records, reused } = world(seed)
        const { findings } = await through(records, { issuers, arrival: { shuffle: seed } })
        const told = findings
          .filter(
            ({ detection }) => detection === 'reused-by-task' || detection === 'reused-by-agent',
          )
          .flatMap(({ credentials }) => credentials)
        expect([...new Set(told)].toSorted()).toEqual([...reused].toSorted())
      }),
      { numRuns: runs(25) },
    )
  },
  time,
)

it(
  'an actor is known by evidence about the use alone, never filled in from the holder',
  async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { records, owners, reported } = world(seed)
        const { engine } = await through(records, { issuers, arrival: { shuffle: seed } })
        for (const state of engine.states.correlate)
          for (const cred of [...everyCred(state)].filter(({ key }) => owners.has(key))) {
            const known = viewKey(state, cred).actors.map(({ task }) => task)
            const actors = known.filter((task) => task !== '')
            expect(actors.toSorted(), cred.key).toEqual(
              [...(reported.get(cred.key) ?? [])].toSorted(),
            )
          }
      }),
      { numRuns: runs(15) },
    )
  },
  time,
)

it(
  'DESIGN 5: what stands on a child belongs to the story of the root that the task holds',
  async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { records, roots } = world(seed)
        const { findings } = await through(records, { issuers, arrival: { shuffle: seed } })
        const wanted = findings.flatMap(({ key, credentials }) =>
          credentials.flatMap((id) => roots.get(id) ?? []).map((root) => [key, `task:${root}`]),
        )
        const given = findings.map(({ key, leaseRoot }) => [key, leaseRoot])
        expect(given).toEqual(expect.arrayContaining(wanted))
      }),
      { numRuns: runs(15) },
    )
  },
  time,
)
