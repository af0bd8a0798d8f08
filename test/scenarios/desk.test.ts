import { describe, expect, test } from 'vitest'
import { memoryEffects } from '#infra/memory/effects.ts'
import { caseStates, type EventKind } from '#shared/messages/desk.ts'
import type { Normalised } from '#shared/messages/record.ts'
import { defaultPolicy } from '#shared/policy.ts'
import { detections } from '#services/detect/detections/index.ts'
import { normalise } from '#services/normalise/normalise.ts'
import { engine } from '#services/pipeline.ts'
import { rearrange } from '#services/replay/arrival.ts'
import { deskAt, holdMs } from '#test/incidents.ts'
import { longRuns } from '#test/property.ts'
import { world, issuers } from '#test/properties/world.ts'
import { load, names } from './all.ts'
import type { Scenario } from './scenario.ts'

/** Whole stories, told live: what people hear of them while they happen, in any order of arrival. */

const arrivals = longRuns ? 100 : 4

type Live = Pick<Scenario, 'records' | 'issuers'> & {
  readonly batch: number
  readonly seed: number
}

/** Records in units of `batch`, a second each; `seed` mixes them, 0 leaves them in order. */
function live({ records, issuers: names = [], batch, seed }: Live) {
  const policy = { ...defaultPolicy, issuers: new Set(names) }
  const { unit } = engine({ partitions: 3, policy, detections, recentMax: 1_000 })
  const effects = memoryEffects()
  const { desk, front, sent } = deskAt()
  const mapped = records.map((value, offset): Normalised =>
    normalise({ pointer: { source: 'test', offset }, value }, { trustedAccounts: new Set() }),
  )
  const arriving = seed === 0 ? mapped : [...rearrange(mapped, { shuffle: seed, duplicate: 0.2 })]
  for (let i = 0; i * batch < arriving.length; i++) {
    const some = arriving
      .slice(i * batch, (i + 1) * batch)
      .flatMap((record) =>
        record.as === 'mapped'
          ? [{ to: 'normalise' as const, key: record.record, activities: record.activities }]
          : [],
      )
    const tick = { at: i * 1_000, holdMs }
    effects.commit(unit(some), i + 1, (changes) => void front.hear(changes, tick))
  }
  const count = (...kinds: readonly EventKind[]) =>
    sent.filter(({ event }) => kinds.includes(event.kind)).length
  return {
    standing: effects.standing().incidents,
    cases: desk.list({ states: caseStates, limit: 10_000 }),
    sent,
    count,
  }
}

const keysOf = (findings: readonly { readonly key: string }[]) =>
  findings.map(({ key }) => key).toSorted()

function expectOnePageForOneStory({ standing, cases, sent, count }: ReturnType<typeof live>): void {
  const open = cases.filter(({ stands }) => stands)
  const byKeys = (list: readonly { readonly findings: readonly { readonly key: string }[] }[]) =>
    list
      .map(({ findings }) => keysOf(findings))
      .toSorted((a, b) => (String(a) < String(b) ? -1 : 1))
  expect(byKeys(open.map(({ incident }) => incident))).toEqual(byKeys(standing))
  expect(open.every(({ state }) => state === 'open')).toBe(true)
  expect(count('raised', 'reopened') - count('merged', 'withdrawn')).toBe(standing.length)
  const ids = sent.map(({ event }) => event.id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { handle, revision } of cases) {
    const events = sent.flatMap(({ event }) => (event.handle === handle ? [event] : []))
    expect(events.map((event) => event.revision)).toEqual(events.map((_, i) => i + 1))
    expect(events.at(-1)?.revision).toBe(revision)
    expect(events.filter(({ kind }) => kind === 'raised')).toHaveLength(1)
  }
}

describe.each(names)('%s', (name) => {
  test('one page for one story, in order of time', async () => {
    const { records, ...more } = await load(name)
    for (const batch of [1, 7, 1_000]) {
      const told = live({ records, ...more, batch, seed: 0 })
      expectOnePageForOneStory(told)
      expect(told.count('raised'), `batch ${batch}`).toBe(told.standing.length)
    }
  })

  test('in any order of arrival everything that was raised beside it has become part of it, or was taken back', async () => {
    const { records, ...more } = await load(name)
    for (let seed = 1; seed <= arrivals; seed++)
      expectOnePageForOneStory(live({ records, ...more, batch: 1 + (seed % 5), seed }))
  })
})

test('the same holds where much goes on at once', () => {
  for (let seed = 1; seed <= arrivals; seed++) {
    const told = live({ records: world(seed).records, issuers, batch: 3, seed })
    expect(told.standing.length).toBeGreaterThan(3)
    expectOnePageForOneStory(told)
  }
})
