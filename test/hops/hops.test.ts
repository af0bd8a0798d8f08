import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { memoryEffects } from '#infra/memory/effects.ts'
import type { Progress } from '#shared/messages/activity.ts'
import { everywhere } from '#shared/messages/hops.ts'
import { defaultPolicy } from '#shared/policy.ts'
import { detections } from '#services/detect/detections/index.ts'
import { admittedFrom } from '#services/hops/admitted.ts'
import { align, type AlignedState } from '#services/hops/aligned.ts'
import { gateOf } from '#services/hops/gate.ts'
import { placesOf } from '#services/hops/places.ts'
import { engine, type EngineOptions, type Flowing } from '#services/pipeline.ts'
import { chanceFrom } from '#services/replay/chance.ts'
import { outcomeHash, outcomeOf } from '#services/replay/outcome.ts'
import { through } from '#test/engine.ts'
import { longRuns, runs, seed as given } from '#test/property.ts'
import { home } from '#test/properties/records.ts'
import { issuers, world } from '#test/properties/world.ts'
import { load, names } from '#test/scenarios/all.ts'
import { mappedOf } from '#test/serve.ts'
import { cluster, kind, type Treatment } from './cluster.fixture.ts'

const policy = { ...defaultPolicy, issuers: new Set(issuers) }
const optionsFor = (partitions: number): EngineOptions => ({
  partitions,
  policy,
  detections,
  recentMax: 1 << 10,
})
const seeds = fc.integer({ min: 1, max: 1_000_000 })
const rough = (seed: number): Treatment => ({
  seed,
  crash: 0.003,
  crashesMax: 20,
  zombie: 0.5,
  twice: 0.05,
  snapshot: 0.2,
})

const covered = (upTo: number): Progress => ({
  kind: 'progress',
  source: 'test',
  scope: home,
  from: -Infinity,
  upTo,
  within: 0,
})

/** Runs records through a cluster in small offers; `progress` is told behind some of them. */
function played(
  records: readonly unknown[],
  options: EngineOptions,
  how: Treatment,
  upTo: number[] = [],
) {
  const run = cluster(options, how)
  const chance = chanceFrom(how.seed + 1)
  const mapped = mappedOf(records)
  for (let at = 0; at < mapped.length;) {
    const size = 1 + Math.floor(chance() * 10)
    const told = chance() < 0.3 ? upTo.splice(0, 1).map(covered) : []
    run.offer(mapped.slice(at, at + size), told)
    at += size
    if (chance() < 0.3) run.tick()
    run.run(Math.floor(chance() * 200 * options.partitions))
  }
  if (upTo.length > 0) run.offer([], upTo.map(covered))
  run.settle()
  return run
}

/** What each unit is made of, read off the log as the places of normalise cut it. */
function unitsOf({ logs }: ReturnType<typeof cluster>, partitions: number): Map<number, Flowing[]> {
  const places = placesOf(partitions)
  const units = new Map<number, Flowing[]>()
  const aligned: AlignedState = new Map()
  const held = Array.from({ length: partitions }, (_, partition) => {
    const place = { hop: 'normalise', partition } as const
    const own: Flowing[][] = []
    let open: Flowing[] = []
    const work = { deliver: (message: Flowing) => void open.push(message), flush: () => [] }
    const gate = gateOf(place, places, work, 0)
    for (const [offset, value] of (logs.get(`normalise/${partition}`) ?? []).entries())
      gate.take(admittedFrom(value), offset)
    for (let turn = gate.step(Infinity); turn; turn = gate.step(Infinity)) {
      const to = turn.letters.find(({ to: { hop } }) => hop === 'correlate')
      own.push([...open, ...(to?.word.messages ?? [])])
      open = []
    }
    return own
  })
  const last = Math.max(...held.map(({ length }) => length))
  for (let unit = 1; unit <= last; unit++) {
    const all = held.map((own) => own[unit - 1] ?? [])
    const progress = all.flatMap((messages, partition) =>
      messages.flatMap((message): Flowing[] => {
        if (message.to !== 'correlate' || message.kind !== 'progress') return []
        const now = align(aligned, message.progress, partition, partitions)
        return now ? [{ ...message, key: everywhere, progress: now }] : []
      }),
    )
    units.set(unit, [...all.flat().filter(({ to }) => to === 'normalise'), ...progress])
  }
  return units
}

/** A fuller look than the outcome: which findings stand, and in which incidents. */
const meaning = ({
  findings,
  incidents,
}: ReturnType<ReturnType<typeof memoryEffects>['standing']>) => ({
  findings: findings.map(({ key }) => key).toSorted(),
  hash: outcomeHash(outcomeOf(incidents)),
})

const nothing = { findings: [], incidents: [] }

const property = { endOnFailure: true, ...(given !== undefined && { seed: given }) }
const patience = longRuns ? 1_800_000 : 120_000

describe('hops on topics', () => {
  it(
    'give the outcome of one process: any interleaving, crashes, zombies, repeated messages',
    async () => {
      await fc.assert(
        fc.asyncProperty(seeds, fc.constantFrom(1, 3, 8), async (seed, partitions) => {
          const { records } = world(seed)
          const run = played(records, optionsFor(partitions), rough(seed))
          const base = await through(records, { issuers })
          expect(outcomeOf(run.effects.standing().incidents)).toEqual(base.outcome)
          expect(run.counts.crashes).toBeGreaterThan(0)
          expect(run.repeats()).toBeGreaterThan(0)
        }),
        { numRuns: runs(6), ...property },
      )
    },
    patience,
  )

  it(
    'tell after each unit exactly what one process tells after the same unit',
    () => {
      let units = 0
      fc.assert(
        fc.property(seeds, fc.constantFrom(1, 3), (seed, partitions) => {
          const { records } = world(seed)
          const options = optionsFor(partitions)
          const upTo = [1, 2, 3].map((n) => Date.UTC(2026, 4, 4) + n * 6 * 3_600_000)
          const run = played(records, options, rough(seed), upTo)
          const one = engine(options)
          const effects = memoryEffects()
          for (const [unit, messages] of unitsOf(run, partitions)) {
            effects.commit(one.unit(messages), unit)
            const told = run.stood.get(unit) ?? nothing
            expect(meaning(told), `unit ${unit}`).toEqual(meaning(effects.standing()))
          }
          units += run.counts.units
        }),
        { numRuns: runs(6), ...property },
      )
      expect(units).toBeGreaterThan(runs(6) * 3)
    },
    patience,
  )

  test.each(names)('the scenario %s has its outcome with 1, 3 and 8 partitions', async (name) => {
    const { records, issuers: named = [], covers = [], ...rest } = await load(name)
    const { hash } = await through(records, { issuers: named, covers, ...rest })
    const policyOf = { ...defaultPolicy, issuers: new Set(named) }
    for (const partitions of [1, 3, 8]) {
      const run = played(
        records,
        { ...optionsFor(partitions), policy: policyOf },
        { ...kind, seed: partitions },
      )
      expect(outcomeHash(outcomeOf(run.effects.standing().incidents))).toBe(hash)
    }
  })
})
