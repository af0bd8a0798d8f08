import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkChain } from '#shared/facts/chain.ts'
import { bench, finding, minute, start, theft, use } from '#test/contain.ts'
import { runs, seed } from '#test/property.ts'

/** What can happen, in any order and any number of times. */
const steps = [
  'raise',
  'raise again for another incident',
  'learn the holder',
  'withdraw',
  'crash',
  'lose an answer',
  'be throttled',
  'tick',
  'wait',
  'success',
  'denied',
  'approve',
  'deny',
] as const

test('any order and repetition of messages and crashes: one cut of one unit in one episode, and an exact undo', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('auto' as const, 'approve' as const),
      fc.array(fc.constantFrom(...steps), { maxLength: 30 }),
      async (mode, happens) => {
        const on = bench({ mode })
        const before = new Map(on.world.keys)
        for (const what of happens) {
          if (what === 'raise') on.incidents.set('inc-1', theft('inc-1'))
          if (what === 'raise again for another incident') on.incidents.set('inc-2', theft('inc-2'))
          if (what === 'learn the holder')
            for (const id of on.incidents.keys())
              on.incidents.set(
                id,
                theft(id, [finding('reuse-by-task', { subject: 'agent:other' })]),
              )
          if (what === 'withdraw') on.incidents.delete('inc-1')
          if (what === 'crash') on.restart()
          if (what === 'lose an answer') on.world.mishaps.push('answer-lost')
          if (what === 'be throttled') on.world.mishaps.push('throttled')
          if (what === 'wait') on.now += minute
          if (what === 'approve' || what === 'deny') await on.ask(what, 'inc-1')
          const calls =
            what === 'success'
              ? [use(on.now)]
              : what === 'denied'
                ? [use(on.now, { error: 'denied' })]
                : []
          on.hear(['inc-1', 'inc-2'], calls)
          on.hear(['inc-2', 'inc-1'], calls)
          if (what === 'tick' || what === 'crash') await on.pass(2_000)
        }
        const cuts = on.world.changes.filter((change) => change.startsWith('disable-key/'))
        expect(new Set(cuts).size).toBe(cuts.length)
        on.world.mishaps.length = 0
        for (let i = 0; i < 4; i++) await on.pass(2 * minute)
        for (const { key } of on.store.orders({})) await on.ask('undo', key)
        for (let i = 0; i < 4; i++) await on.pass(2 * minute)
        expect(on.world.keys).toEqual(before)
        expect([...on.world.entities.values()].map(({ document }) => document)).toEqual([
          null,
          null,
        ])
        expect(on.store.orders({}).every(({ episode }) => episode === 1)).toBe(true)
        expect(checkChain(on.store.links(), [on.store.head()])).toMatchObject({ intact: true })
        // What is heard once more changes nothing.
        const head = on.store.head()
        on.hear(['inc-1', 'inc-2'])
        expect(on.store.head().seq - head.seq).toBeLessThanOrEqual(0)
        expect(on.now).toBeGreaterThan(start)
      },
    ),
    { numRuns: runs(60), ...(seed !== undefined && { seed }) },
  )
})
