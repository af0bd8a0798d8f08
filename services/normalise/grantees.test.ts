import { expect, test } from 'vitest'
import { fromCloudTrail } from './from-aws-cloudtrail.ts'
import { record, stranger } from './records.fixture.ts'

const shared = record({
  eventSource: 'ec2.amazonaws.com',
  eventName: 'ModifySnapshotAttribute',
  requestParameters: {
    snapshotId: 'snap-1',
    createVolumePermission: { add: { items: [{ userId: stranger }] } },
  },
})

test.each([
  [[], 1],
  [[stranger], 0],
])('with trusted accounts %j the share is %i deed', (trusted, deeds) => {
  const result = fromCloudTrail(shared, { trustedAccounts: new Set<string>(trusted) })
  const use = result.as === 'mapped' ? result.activities[0] : undefined
  expect(use?.kind === 'credential.used' ? (use.rare?.deeds ?? []).length : -1).toBe(deeds)
})
