import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { detections } from '#services/detect/detections/index.ts'
import { engine, type Engine, type Flowing } from '#services/pipeline.ts'
import { knownOf, loadStates, saveStates } from '#services/serve/saved.ts'
import { defaultPolicy } from '#shared/policy.ts'
import { longRuns, runs } from '#test/property.ts'
import { issuers, world } from '#test/properties/world.ts'
import { mappedOf } from '#test/serve.ts'
import { sharedAndChanged } from './shared.ts'

/** SEMANTICS F2: a state that was saved and loaded is the state. */

const policy = { ...defaultPolicy, issuers: new Set(issuers) }
const options = { partitions: 3, policy, detections, recentMax: 1 << 10 }
const seeds = fc.integer({ min: 1, max: 1_000_000 })

const unitsOf = (seed: number, size: number): Flowing[][] => {
  const messages = mappedOf(world(seed).records).map(({ record, activities }): Flowing => ({
    to: 'normalise',
    key: record,
    activities,
  }))
  return Array.from({ length: Math.ceil(messages.length / size) }, (_, i) =>
    messages.slice(i * size, (i + 1) * size),
  )
}
const savedAndLoaded = ({ states }: Engine): Engine =>
  engine(options, loadStates(saveStates(states, policy), policy))

describe('a state that was saved and loaded', () => {
  it(
    'says to every further unit what the state itself says, word for word',
    () => {
      fc.assert(
        fc.property(
          seeds,
          fc.integer({ min: 1, max: 40 }),
          fc.double({ min: 0, max: 1 }),
          (seed, size, part) => {
            const units = unitsOf(seed, Number.isNaN(size) ? 1 : size)
            const at = Math.floor(units.length * (Number.isNaN(part) ? 0.5 : part))
            const unbroken = engine(options)
            let broken = engine(options)
            for (const [i, unit] of units.entries()) {
              if (i === at) broken = savedAndLoaded(broken)
              expect(broken.unit(unit)).toEqual(unbroken.unit(unit))
            }
          },
        ),
        { numRuns: runs(12) },
      )
    },
    longRuns ? 1_800_000 : 60_000,
  )

  test('is the same once more when it is saved again', () => {
    const one = engine(options)
    for (const unit of unitsOf(5, 50)) one.unit(unit)
    const bytes = Buffer.concat(saveStates(one.states, policy))
    const again = savedAndLoaded(one)
    expect(again.states).toEqual(one.states)
    expect(Buffer.concat(saveStates(again.states, policy)).length).toBe(bytes.length)
  })
})

test('the search below finds what it looks for', () => {
  const known = { classes: [], values: {}, entities: [['all']] }
  const [list, told, entity] = [[1], [2], { all: [3] }]
  const state = { a: list, b: { deep: list }, c: [told, told], d: entity, e: entity }
  const watch = sharedAndChanged(known)
  expect(watch(state)).toEqual([])
  list.push(2)
  entity.all.push(4)
  expect(watch(state)).toEqual(['.a and .b.deep'])
  expect(watch(state)).toEqual([])
})

test('what two places of a state hold and what changes there is an entity', () => {
  const known = knownOf(policy)
  const found = new Set<string>()
  for (let seed = 1; seed < (longRuns ? 200 : 12); seed++) {
    const running = engine(options)
    const watch = sharedAndChanged(known)
    for (const [i, unit] of unitsOf(seed, 3).entries()) {
      running.unit(unit)
      if (i % 4 === 3) for (const place of watch(running.states)) found.add(place)
    }
  }
  // `inherits` is looked up again whenever its list changes.
  const isKnown = (place: string) =>
    place.includes('correlate[].inherits<>') && place.includes('.inherits')
  expect([...found].filter((place) => !isKnown(place))).toEqual([])
})
