import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { manualScheduler } from '#infra/memory/scheduler.ts'
import { scratch, type Scratch } from '#infra/sqlite/scratch.fixture.ts'
import { Bug, Transient } from '#shared/errors.ts'
import type { MappedRecord } from '#shared/ports/intake.ts'
import type { Detection } from '#services/detect/detection.ts'
import { detections as all } from '#services/detect/detections/index.ts'
import { outcomeHash, outcomeOf } from '#services/replay/outcome.ts'
import type { CrashPoint } from '#services/serve/crash-points.ts'
import { declared, generationOf, type Versions } from '#services/serve/generation.ts'
import { durableLoop } from '#services/serve/loop.ts'
import type { Unit } from '#services/serve/tell.ts'
import { through } from '#test/engine.ts'
import { issuers, world } from '#test/properties/world.ts'
import { loopOptions, mappedOf, offerOf, silent, sqlStores, storeParts } from '#test/serve.ts'

/** SEMANTICS F5: a process is killed, and another build starts on its data file. */

const raw = world(1).records
const records = mappedOf(raw)
const half = Math.floor(records.length / 2)
const pureOf = (detections: readonly Detection[]) => through(raw, { issuers, detections })
const found = [
  ...new Set((await pureOf(all)).findings.map(({ detection }) => detection)),
].toSorted()
/** What one build knows and the other does not; both find something in these records. */
const [newer = '', elder = ''] = found

type Build = { readonly detections: readonly Detection[]; readonly versions: Versions }

const without = (id: string): Detection[] => all.filter((each) => each.id !== id)
const before: Build = { detections: without(newer), versions: declared }
/** One detection more, one fewer, and another hop: what correlate keeps has another form. */
const after: Build = {
  detections: without(elder),
  versions: { ...declared, hops: { ...declared.hops, correlate: declared.hops.correlate + 1 } },
}

let place: Scratch
beforeEach(() => {
  place = scratch()
})
afterEach(() => {
  place.end()
})

/** One life of a build on the data file. It says every unit that it told, and ends where it is killed. */
async function live(build: Build, some: readonly MappedRecord[], killedAt?: CrashPoint) {
  const db = place.open(storeParts)
  const stores = sqlStores(db)
  const units: Unit[] = []
  const scheduler = manualScheduler(1_777_885_200_000)
  const policy = loopOptions().engine.policy
  const engine = { ...loopOptions().engine, detections: build.detections, policy }
  const generation = generationOf(engine, build.versions)
  let left = killedAt === 'after commit' ? 4 : 40
  const loop = durableLoop(loopOptions({ engine, generation }), {
    ...stores,
    scheduler,
    log: silent,
    participants: [{ take: (unit) => void units.push(unit) }],
    at: (point) => {
      if (point === killedAt && --left === 0) throw new Bug('killed')
    },
    failed: () => undefined,
  })
  const { rebased } = await loop.start()
  try {
    for (let at = 0; at < some.length; at += 2) {
      const answer = loop.offer(offerOf(some.slice(at, at + 2)))
      scheduler.run()
      await answer
    }
  } catch (thrown) {
    if (killedAt === undefined || !(thrown instanceof Transient || thrown instanceof Bug))
      throw thrown
  }
  const { findings, incidents } = stores.effects.standing()
  const head = stores.journal.head()
  db.close()
  return { units, rebased, findings, hash: outcomeHash(outcomeOf(incidents)), head }
}

/** What a responder would act on: what records raised. */
const actedOn = (units: readonly Unit[]): string[] =>
  units.flatMap(({ changes }) => (changes.because === 'records' ? changes.raised : []))

test('a version of a hop, facet or detection that grows, and a facet more, make another generation', () => {
  const { engine } = loopOptions()
  const [first, ...others] = all
  if (!first) throw new Error('there is no detection')
  const unread = { ...engine, detections: all.filter(({ reads }) => !reads.includes('harvest')) }
  const facets = { ...declared.facets, harvest: declared.facets.harvest + 1 }
  const reading: Detection = { ...first, reads: [...first.reads, 'harvest'] }
  const named = [
    generationOf(engine),
    generationOf(engine, after.versions),
    generationOf(engine, { ...declared, facets }),
    generationOf({ ...engine, detections: [{ ...first, version: first.version + 1 }, ...others] }),
    generationOf(unread),
    generationOf({ ...unread, detections: [reading, ...unread.detections.slice(1)] }),
  ]
  expect(new Set(named).size).toBe(named.length)
  expect(generationOf(unread, { ...declared, facets })).toBe(generationOf(unread))
})

describe('another build on the old data', () => {
  test('both builds differ in these records', async () => {
    const hashes = await Promise.all([before, after].map(({ detections }) => pureOf(detections)))
    expect(new Set([...hashes.map(({ hash }) => hash), (await pureOf(all)).hash]).size).toBe(3)
  })

  test.each(['after append', 'after unit', 'after commit'] as const)(
    'killed %s: the outcome is that of its own replay, and nothing automatic follows from the difference',
    async (point) => {
      const first = await live(before, records, point)
      expect(first.head).toBeLessThan(records.length / 2)
      const second = await live(after, records.slice(0, half))
      const third = await live(after, records)
      expect(third.hash).toBe((await pureOf(after.detections)).hash)
      expect(second.rebased?.because).toBe('version')
      expect(third.rebased).toBeUndefined()
      const acted = [first, second, third].map(({ units }) => actedOn(units))
      const known = new Set(acted[0])
      expect(known.size).toBeGreaterThan(0)
      expect(
        acted
          .slice(1)
          .flat()
          .filter((key) => known.has(key)),
      ).toEqual([])
      const moved = second.rebased?.raised ?? []
      expect(acted.flat().filter((key) => moved.includes(key))).toEqual([])
    },
    60_000,
  )

  test('what only the old build knew is taken back, and what only the new one knows is found in old records', async () => {
    const first = await live(before, records)
    const second = await live(after, [])
    const detectionsIn = ({ findings }: typeof first) =>
      new Set(findings.map(({ detection }) => detection))
    expect([detectionsIn(first).has(elder), detectionsIn(first).has(newer)]).toEqual([true, false])
    expect([detectionsIn(second).has(elder), detectionsIn(second).has(newer)]).toEqual([
      false,
      true,
    ])
    expect(second.hash).toBe((await pureOf(after.detections)).hash)
    expect(second.units.map(({ changes }) => changes.because)).toEqual(['version'])
  })
})
