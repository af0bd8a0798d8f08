import { describe, expect, test } from 'vitest'
import { correlate } from '#services/correlate/correlate.ts'
import { everySession } from '#services/correlate/creds.ts'
import { harvestOf } from '#services/correlate/lists.ts'
import type { Facet } from '#shared/facets.ts'
import { facetsOf, type Detection } from '#services/detect/detection.ts'
import { detect } from '#services/detect/detect.ts'
import { detections } from '#services/detect/detections/index.ts'
import { secretHarvest } from '#services/detect/detections/secret-harvest.ts'
import { join } from '#services/join/join.ts'
import { admit } from '#services/normalise/admit.ts'
import { normalise } from '#services/normalise/normalise.ts'
import { engine, type Flowing } from '#services/pipeline.ts'
import { story } from '#services/story/story.ts'
import type { SessionFacts } from '#shared/messages/session-facts.ts'
import { hop, pipeline, type Hop } from '#shared/pipeline/run.ts'
import type { Step } from '#shared/pipeline/step.ts'
import { defaultPolicy } from '#shared/policy.ts'
import { through } from '#test/engine.ts'
import { world } from '#test/properties/world.ts'
import { call, user } from './cast.ts'
import { deepCopy } from './deep-copy.ts'

/** SEMANTICS C: what is kept of the uses, and what travels. */

const policy = defaultPolicy
const options = { trustedAccounts: new Set<string>() }
const source = { pointer: { source: 'test', offset: 0 } }

const messagesOf = (value: unknown): Flowing[] => {
  const mapped = normalise({ ...source, value }, options)
  return mapped.as === 'mapped'
    ? [{ to: 'normalise', key: mapped.record, activities: mapped.activities }]
    : []
}

describe('C2: a detection names the facets that it reads, and judges by them alone', () => {
  const facets: readonly string[] = [
    'places',
    'neighbours',
    'denied',
    'harvest',
    'deeds',
    'targets',
    'actors',
    'keys',
  ] satisfies Facet[]

  /** Notes which facets a judge looks at. */
  const watched = (detection: Detection, looked: Set<string>): Detection => ({
    ...detection,
    judge: (facts, given) => {
      const spy = new Proxy(facts, {
        get: (target, name: keyof SessionFacts) => {
          if (facets.includes(name)) looked.add(name)
          return target[name]
        },
      })
      return detection.judge(spy, given)
    },
  })

  test.each(detections.map((detection) => [detection.id, detection] as const))(
    'C2: %s reads no facet that it does not name',
    async (_, detection) => {
      const looked = new Set<string>()
      for (const { records, covers = [], issuers = [] } of [
        ...detection.fires,
        ...detection.silent,
      ])
        await through(records, { covers, issuers, detections: [watched(detection, looked)] })
      expect(looked.size).toBeGreaterThan(0)
      expect(detection.reads).toEqual(expect.arrayContaining([...looked]))
    },
  )
})

test('C2: a facet that no detection of the build reads is not kept', () => {
  const records = secretHarvest.fires.flatMap((each) => each.records).slice(0, 12)
  const keptBy = (judges: readonly Detection[]): number => {
    const { unit, states } = engine({ partitions: 1, policy, detections: judges, recentMax: 64 })
    unit(records.flatMap(messagesOf))
    return states.correlate
      .flatMap((state) => [...everySession(state)])
      .reduce((sum, { rich }) => sum + (rich ? harvestOf(rich).length : 0), 0)
  }
  expect(keptBy(detections)).toBe(records.length)
  expect(keptBy(detections.filter(({ reads }) => !reads.includes('harvest')))).toBe(0)
})

describe('C4: what travels is changes', () => {
  const eve = user('eve', 5)
  const stop = { service: 'cloudtrail', action: 'StopLogging', params: { name: 'org' } }
  const step = correlate(policy, facetsOf(detections))
  const state = step.initial()
  const use = (n: number, more: object): void => {
    for (const message of messagesOf(call(n, eve, more)))
      if (message.to === 'normalise')
        for (const activity of message.activities)
          if (activity.kind === 'credential.used') {
            const key = activity.principal
            step.apply(state, { to: 'correlate', kind: 'use', key, use: activity, repeat: false })
          }
  }
  const toDetect = (): number => step.flush(state).filter(({ to }) => to === 'detect').length

  test('C4: a new value travels once, however many uses the unit has; a mere later use not at all', () => {
    use(1, { at: 0, ...stop })
    for (let i = 0; i < 500; i++) use(10 + i, { at: 10 + i })
    expect(toDetect()).toBe(1)
    for (let i = 0; i < 500; i++) use(1000 + i, { at: 600 + i })
    expect(toDetect()).toBe(0)
    use(2000, { at: 1200, ...stop, params: { name: 'other' } })
    expect(toDetect()).toBe(1)
  })
})

describe('C5: apply owns its state and nothing else', () => {
  type Boxed = <State, In, Out>(step: Step<State, In, Out>) => Step<{ at: State }, In, Out>

  const boxed: Boxed = (step) => ({
    name: step.name,
    initial: () => ({ at: step.initial() }),
    apply: (box, input) => step.apply(box.at, input),
    flush: (box) => step.flush(box.at),
  })

  /** The same step, but each input is folded into a copy of the state, and is itself a copy. */
  const copying: Boxed = (step) => ({
    ...boxed(step),
    apply(box, input) {
      box.at = deepCopy(box.at)
      step.apply(box.at, deepCopy(input))
    },
    flush(box) {
      box.at = deepCopy(box.at)
      return deepCopy(step.flush(box.at))
    },
  })

  const isTo =
    <Name extends Flowing['to']>(name: Name) =>
    (message: Flowing): message is Extract<Flowing, { to: Name }> =>
      message.to === name

  /** Everything that the hops say to the outside, unit by unit. */
  function said(records: readonly unknown[], box: Boxed): unknown[] {
    const of = <State, In extends Flowing>(
      step: Step<State, In, Flowing>,
      accepts: (message: Flowing) => message is In,
    ): Hop<Flowing> => hop(box(step), accepts, 2)
    const correlated = of(correlate(policy, facetsOf(detections)), isTo('correlate'))
    const stages = [
      [of(admit(64), isTo('normalise'))],
      [correlated, of(join, isTo('join'))],
      [of(detect(detections, policy), isTo('detect'))],
      [of(story, isTo('story'))],
    ]
    const { unit } = pipeline(stages, 2)
    const messages = records.flatMap(messagesOf)
    return Array.from({ length: Math.ceil(messages.length / 10) }, (_, i) =>
      unit(messages.slice(i * 10, i * 10 + 10)),
    )
  }

  test('C5: apply in place says the same as apply on a deep copy of state and input', () => {
    const records = world(4).records.slice(0, 70)
    const inPlace = said(records, boxed)
    expect(JSON.stringify(inPlace).length).toBeGreaterThan(1_000)
    expect(said(records, copying)).toEqual(inPlace)
  })

  test('C5: the copy is deep: nothing of it is shared, and what was shared inside still is', () => {
    const shared = { list: [1] }
    const words = new Uint32Array(4)
    const value = {
      a: shared,
      b: new Map([['k', shared]]),
      words,
      times: new Float64Array(words.buffer),
    }
    const copy = deepCopy(value)
    expect(copy).toEqual(value)
    expect(copy.a).not.toBe(shared)
    expect(copy.b.get('k')).toBe(copy.a)
    expect(copy.words.buffer).toBe(copy.times.buffer)
    expect(copy.words.buffer).not.toBe(words.buffer)
  })
})
