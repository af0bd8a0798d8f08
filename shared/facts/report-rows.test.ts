import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KeyClaim, Lease } from '#shared/messages/hops.ts'
import { runs } from '#test/property.ts'
import { ReportRows } from './report-rows.ts'

const time = fc.oneof(fc.constantFrom(0, 1_760_000_000_000.5), fc.integer())
const said = {
  at: time,
  id: fc.oneof(fc.uuid(), fc.string()),
  task: fc.constantFrom('t1', 't2', ''),
  agent: fc.constantFrom('a', 'b', ''),
  source: fc.constantFrom('broker', ''),
  received: time,
}
const lease: fc.Arbitrary<Lease> = fc.record({
  ...said,
  issuer: fc.constantFrom('broker', ''),
  delegatedFrom: fc.constantFrom('t0', ''),
  expires: time,
})
const claim: fc.Arbitrary<KeyClaim> = fc.record(said)
const exposure = fc.record({
  at: time,
  id: fc.string(),
  account: fc.constant('111122223333'),
  code: fc.constant('AWS_RISK_CREDENTIALS_EXPOSED'),
})
const reports = fc.record({
  leases: fc.array(lease, { maxLength: 2 }),
  claims: fc.array(claim, { maxLength: 1 }),
  exposures: fc.array(exposure, { maxLength: 1 }),
})

test('reports are read back as they were put, also where others replaced them', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 9 }), reports), { maxLength: 40 }), (puts) => {
      const rows = new ReportRows()
      const numbers = new Map<number, number>()
      const wanted = new Map<number, unknown>()
      for (const [name, each] of puts) {
        numbers.set(name, rows.put(each, numbers.get(name) ?? 0))
        wanted.set(name, each)
      }
      for (const [name, n] of numbers) expect(rows.get(n)).toEqual(wanted.get(name))
    }),
    { numRuns: runs(300) },
  )
})
