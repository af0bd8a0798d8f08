import { describe, expect, test } from 'vitest'
import type { Deed } from '#shared/messages/deed.ts'
import type { Normalised } from '#shared/messages/record.ts'
import type { IssueCopy, Use } from '#shared/messages/use.ts'
import { fromCloudTrail } from './from-aws-cloudtrail.ts'

/** Parts of a record that a test says; the rest is an ordinary call of an ordinary user. */
export type Parts = Readonly<Record<string, unknown>>

export const account = '111122223333'
export const stranger = '444455556666'

export const alice = {
  type: 'IAMUser',
  principalId: 'AIDAEXAMPLEALICE00001',
  arn: `arn:aws:iam::${account}:user/team/alice`,
  accountId: account,
  accessKeyId: 'AKIAEXAMPLEALICE0001',
  userName: 'alice',
}

/** A session of role `deploy`. */
export const deploy = {
  type: 'AssumedRole',
  principalId: 'AROAEXAMPLEDEPLOY0001:build-7',
  arn: `arn:aws:sts::${account}:assumed-role/deploy/build-7`,
  accountId: account,
  accessKeyId: 'ASIAEXAMPLEDEPLOY001',
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROAEXAMPLEDEPLOY0001',
      arn: `arn:aws:iam::${account}:role/ci/deploy`,
      accountId: account,
      userName: 'deploy',
    },
    attributes: { creationDate: '2026-05-04T08:59:58Z', mfaAuthenticated: 'false' },
  },
}

export const record = (parts: Parts = {}): Parts => ({
  eventVersion: '1.11',
  userIdentity: alice,
  eventTime: '2026-05-04T09:00:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'ListBuckets',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '198.51.100.7',
  userAgent: 'aws-cli/2.31.0',
  requestParameters: null,
  responseElements: null,
  requestID: 'EXAMPLEREQUEST01',
  eventID: '0a1b2c3d-0000-4000-8000-00000000000a',
  readOnly: true,
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: account,
  eventCategory: 'Management',
  ...parts,
})

export const options = { trustedAccounts: new Set<string>() }

export const read = (value: unknown): Normalised => fromCloudTrail(value, options)

/** The use of a record that must be one. */
export function useOf(parts: Parts = {}): Use {
  const result = read(record(parts))
  const first = result.as === 'mapped' ? result.activities[0] : undefined
  if (first?.kind !== 'credential.used') throw new Error(`no use but ${JSON.stringify(result)}`)
  return first
}

/** The issue's copy for the child, if the record made one. */
export function copyOf(parts: Parts): IssueCopy | undefined {
  const result = read(record(parts))
  const second = result.as === 'mapped' ? result.activities[1] : undefined
  return second?.kind === 'credential.issued.copy' ? second : undefined
}

/** The deeds of a call `service:Action` with these parameters. */
export const deedsOf = (name: string, params: unknown, more: Parts = {}): readonly Deed[] => {
  const [service = '', eventName = ''] = name.split(':')
  const call = { eventSource: `${service}.amazonaws.com`, eventName, requestParameters: params }
  return useOf({ ...call, readOnly: false, ...more }).rare?.deeds ?? []
}

/** One line for each deed: kind, target, who gains, how much, how it ended, what it does to the defence. */
export const brief = (deeds: readonly Deed[]): readonly string[] =>
  deeds.map(({ deed, target, grantee, to, power, outcome, effect }) =>
    [deed, target, [grantee, ...to].join(':'), power, outcome, effect].join(' '),
  )

/** A call, its parameters, the deeds that it must show, and what else the record says. */
export type DeedRow = readonly [
  call: string,
  params: unknown,
  expected: readonly string[],
  more?: Parts,
]

/** A test for each row of a family. */
export function describeDeeds(family: string, rows: readonly DeedRow[]): void {
  describe(`A6: deeds of ${family}`, () => {
    for (const [call, params, expected, more = {}] of rows)
      test(`${call} ${JSON.stringify(params)}`, () => {
        expect(brief(deedsOf(call, params, more))).toEqual(expected)
      })
  })
}
