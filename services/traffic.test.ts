import fc from 'fast-check'
import { expect, test } from 'vitest'
import { everywhere } from '#shared/messages/hops.ts'
import type { Hop } from '#shared/pipeline/run.ts'
import { runs, seed } from '#test/property.ts'
import { defaultPolicy } from '#shared/policy.ts'
import { trail } from '#test/trail.ts'
import { normalise } from './normalise/normalise.ts'
import { engine } from './pipeline.ts'
import { traffic } from './traffic.ts'

type Sent = { readonly to: string; readonly key: string }

/** One unit in so many is counted. */
const sampledOf = 32

/** A hop of some partitions that is watched; it keeps what it was given. */
function watched() {
  const given: (readonly [partition: number, key: string])[] = []
  const hop: Hop<Sent> = {
    name: 'correlate',
    deliver: (partition, { key }) => void given.push([partition, key]),
    flush: () => [{ to: 'outside', key: 'x' }],
  }
  const seeing = traffic()
  const seen = seeing.seen(hop)
  return {
    given,
    seen,
    hot: seeing.hot,
    begin: seeing.begin,
    /** One unit of work that is counted, and those behind it that are not. */
    unit: (keys: readonly string[], partition = 0) => {
      seeing.begin()
      for (const key of keys) seen.deliver(partition, { to: 'correlate', key })
      for (let n = 1; n < sampledOf; n++) {
        seeing.begin()
        seen.deliver(partition, { to: 'correlate', key: `not counted ${n}` })
      }
    },
  }
}

const others = (n: number): string[] => Array.from({ length: n }, (_, i) => `other-${i}`)
const many = (key: string, n: number): string[] => Array.from({ length: n }, () => key)

test('a key of which most messages of a partition are is named with its share, and all are delivered', () => {
  const { unit, hot, given, seen } = watched()
  unit([...many('hot', 800), ...others(200)], 3)
  unit(others(1_000), 1)
  expect(hot()).toEqual([{ hop: 'correlate', partition: 3, key: 'hot', share: 0.8 }])
  expect(given).toHaveLength(2_000 + 2 * (sampledOf - 1))
  expect(seen.flush(0)).toEqual([{ to: 'outside', key: 'x' }])
})

test('few messages say nothing, nor does what goes to all partitions', () => {
  const { unit, hot } = watched()
  unit(many('hot', 199))
  expect(hot()).toEqual([])
  unit(many(everywhere, 500))
  expect(hot()).toEqual([])
  unit(['hot'])
  expect(hot()).toMatchObject([{ key: 'hot', share: 1 }])
})

test('a key that is gone is forgotten with the window', () => {
  const { unit, hot } = watched()
  unit(many('hot', 1_000))
  for (let n = 0; n < 32; n++) unit(['other'])
  expect(hot()).toMatchObject([{ key: 'hot' }])
  for (let n = 0; n < 32; n++) unit(others(10))
  expect(hot()).toEqual([])
})

test('never a key that has a half or less, and surely one that has a sixteenth more', () => {
  const message = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('a', 'b') },
    { weight: 2, arbitrary: fc.nat(200).map((n) => `other-${n}`) },
  )
  const units = fc.array(fc.array(message, { minLength: 1, maxLength: 200 }), {
    minLength: 1,
    maxLength: 31,
  })
  fc.assert(
    fc.property(units, (all) => {
      const { unit, hot } = watched()
      for (const keys of all) unit(keys)
      const messages = all.flat()
      const shareOf = (key: string): number =>
        messages.filter((each) => each === key).length / messages.length
      const named = hot()
      for (const { key, share } of named) {
        expect(shareOf(key)).toBeGreaterThan(0.5)
        expect(share).toBeLessThanOrEqual(shareOf(key))
      }
      const clear = ['a', 'b'].filter(
        (key) => messages.length >= 200 && shareOf(key) > 0.5 + 1 / 16,
      )
      expect(named.map(({ key }) => key)).toEqual(expect.arrayContaining(clear))
    }),
    { numRuns: runs(50), ...(seed !== undefined && { seed }) },
  )
})

test('of an engine the principal is named that most records are of, in the partition that has it', () => {
  const { unit, hot } = engine({
    partitions: 3,
    policy: defaultPolicy,
    detections: [],
    recentMax: 10,
  })
  const by = (userName: string, n: number) =>
    trail(n, {
      userIdentity: {
        type: 'IAMUser',
        arn: `arn:aws:iam::111122223333:user/${userName}`,
        accountId: '111122223333',
        userName,
      },
    })
  const records = Array.from({ length: 1_000 }, (_, n) => by(n % 5 ? 'ana' : `user-${n}`, n))
  unit(
    records.flatMap((value) => {
      const pointer = { source: 'test', offset: 0 }
      const read = normalise({ pointer, value }, { trustedAccounts: new Set() })
      return read.as === 'mapped'
        ? [{ to: 'normalise' as const, key: read.record, activities: read.activities }]
        : []
    }),
  )
  expect(hot()).toMatchObject([{ hop: 'correlate', key: '111122223333/user/ana' }])
  expect(hot()[0]?.share).toBeGreaterThan(0.8)
})
