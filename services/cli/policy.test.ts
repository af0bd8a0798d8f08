import { expect, test } from 'vitest'
import { configFrom } from '#shared/config.ts'
import { defaultPolicy } from '#shared/policy.ts'
import { normaliseOptions, policyOf } from './policy.ts'

const config = (content: unknown) =>
  configFrom({ environment: {}, flags: {}, file: { name: 'keytrail.yaml', content } })

test('the default settings give the default policy', () => {
  expect(policyOf(config({}))).toEqual(defaultPolicy)
})

test('issuers may be ARNs, principals or names; tag keys have no case; seconds become milliseconds', () => {
  const policy = policyOf(
    config({
      issuers: ['arn:aws:iam::111122223333:role/path/broker', '444455556666/user/lender', 'vault'],
      tags: { task: ['TaskId'] },
      sessionName: '^(?<task>[^.]+)\\.',
      afterEnd: { graceSeconds: 5 },
      accounts: { trusted: ['444455556666'] },
    }),
  )
  expect([...policy.issuers]).toEqual([
    '111122223333/role/broker',
    '444455556666/user/lender',
    'vault',
  ])
  expect([...policy.tags.task]).toEqual(['taskid'])
  expect(policy.sessionName?.exec('run-7.x')?.groups).toMatchObject({ task: 'run-7' })
  expect(policy.endGraceMs).toBe(5000)
})

test('trusted accounts reach normalise', () => {
  const options = normaliseOptions(config({ accounts: { trusted: ['444455556666'] } }))
  expect([...options.trustedAccounts]).toEqual(['444455556666'])
})
