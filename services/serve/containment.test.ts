import { expect, test } from 'vitest'
import { memoryContainment } from '#infra/memory/containment.ts'
import { manualScheduler } from '#infra/memory/scheduler.ts'
import { bench, start, theft, use } from '#test/contain.ts'
import { silent } from '#test/serve.ts'
import { servedContainment, type ServedContainment } from './containment.ts'

const store = memoryContainment()
const on = bench({ mode: 'auto' }, store)
const life = (): ServedContainment =>
  servedContainment({
    containment: on.run,
    store,
    frontier: () => -Infinity,
    standing: () => [...on.incidents.keys()].map((handle) => ({ handle, mode: 'auto' })),
    keepUp: () => undefined,
    scheduler: manualScheduler(start),
    log: silent,
    failed: (why) => {
      throw why
    },
  })

test('what is committed while the log is read is ordered in that commit: a crash before the end of the log forgets no cut', () => {
  on.incidents.set('inc-1', theft('inc-1'))
  life().hear({ at: start, records: [], because: 'records', handles: ['inc-1'] })
  // The process dies before it has come to the end of the log; the next one finds nothing left to tell.
  life().start()
  expect(Object.values(on.states())).toEqual(['approved', 'approved'])
})

test('a refusal that is committed while the log is read is known to the order', async () => {
  await on.pass(2_000)
  const one = life()
  const refused = use(on.now + 1_000, { error: 'denied' })
  const records = [{ record: 'r', activities: [refused] }]
  expect(one.wants(records)).toBe(true)
  one.hear({ at: on.now + 2_000, records, because: 'records', handles: [] })
  expect(store.orders({}).map(({ lastDenied }) => lastDenied?.id)).toContain(refused.id)
})
