import { expect, it } from 'vitest'
import { score } from './score.ts'

const truth = [
  { rule: 'R1', credential: 'ASIAEXAMPLE000000001' },
  { rule: 'R3', credential: 'ASIAEXAMPLE000000002' },
  { rule: 'R2', credential: 'ASIAEXAMPLE000000003' },
  { rule: 'R4', credential: 'ASIAEXAMPLE000000004' },
  { rule: 'R5', credential: 'ASIAEXAMPLE000000005' },
]
const finding = (detection: string, ...credentials: string[]) => ({ detection, credentials })

it('counts a credential once for each rule, whichever detection or how many findings name it', () => {
  const found = score(
    [
      finding('reused-by-task', 'ASIAEXAMPLE000000001'),
      finding('reused-by-agent', 'ASIAEXAMPLE000000001', 'ASIAEXAMPLE000000002'),
      finding('session-in-two-places', 'ASIAEXAMPLE000000003'),
      finding('used-after-end', 'ASIAEXAMPLE000000005'),
      finding('long-lived-key', 'AKIAEXAMPLE000000009'),
    ],
    truth,
  )
  expect(found).toMatchObject({ recall: 1, precision: 1 })
  expect(found.rules['R1+R3']).toMatchObject({ expected: 2, raised: 2, hits: 2 })
})

it('tells what was missed and what was raised wrongly', () => {
  const found = score(
    [
      finding('reused-by-task', 'ASIAEXAMPLE000000001', 'ASIAEXAMPLE000000009'),
      finding('session-in-two-places', 'ASIAEXAMPLE000000005'),
    ],
    truth,
  )
  expect(found).toMatchObject({ recall: 1 / 4, precision: 1 / 3 })
  expect(found.rules['R1+R3']).toMatchObject({
    missed: ['ASIAEXAMPLE000000002'],
    wrong: ['ASIAEXAMPLE000000009'],
  })
  expect(found.rules['R5']).toMatchObject({ raised: 0, missed: ['ASIAEXAMPLE000000005'] })
})

it('is perfect where there is nothing to find and nothing was raised', () => {
  expect(score([], [])).toMatchObject({ recall: 1, precision: 1 })
})
