import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '#test/property.ts'
import { cloudTrailJsonSchema, CloudTrailRecord, isCloudTrailRecord } from './cloudtrail-record.ts'
import { read, record } from './records.fixture.ts'

const shapes = fc.record(
  {
    eventName: fc.oneof(fc.string(), fc.constant(7)),
    eventSource: fc.oneof(fc.string(), fc.constant(null)),
    eventTime: fc.oneof(fc.string(), fc.integer(), fc.constant([])),
    '@timestamp': fc.oneof(fc.string(), fc.object(), fc.constant(null)),
    userIdentity: fc.jsonValue(),
  },
  { requiredKeys: [] },
)

const compiled = new Ajv2020({ strict: false }).compile(cloudTrailJsonSchema)

test('the check by hand, the contract and its JSON Schema give the same verdicts', () => {
  fc.assert(
    fc.property(fc.oneof(shapes, fc.jsonValue()), (value) => {
      const verdict = CloudTrailRecord.safeParse(value).success
      expect([isCloudTrailRecord(value), compiled(value)]).toEqual([verdict, verdict])
    }),
    { numRuns: runs(300) },
  )
})

const names = [
  'iam:AttachUserPolicy',
  'iam:CreateRole',
  's3:PutBucketPolicy',
  'ec2:RunInstances',
  'sts:AssumeRole',
  'signin:ConsoleLogin',
  's3:PutBucketLifecycle',
  'lambda:AddPermission',
  'ec2:AuthorizeSecurityGroupIngress',
  'cloudtrail:PutEventSelectors',
]
const members = [
  'userName',
  'roleName',
  'policyDocument',
  'bucketPolicy',
  'assumeRolePolicyDocument',
  'policyArn',
  'instancesSet',
  'ipPermissions',
  'eventSelectors',
  'roleArn',
  'principal',
  'LifecycleConfiguration',
  'items',
  'Statement',
  'Principal',
  'Condition',
  'credentials',
]
const wild = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom('*', '{"Statement":[null]}', '%7B', '{', 'arn:aws:iam::444455556666:root'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...members), tie('value'), { maxKeys: 4 }),
  ),
})).value

test('normalise never throws, whatever the fields hold, and equal records give equal results', () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), wild, wild, wild, (name, params, response, user) => {
      const [service, eventName] = name.split(':')
      const parts = {
        eventSource: `${service}.amazonaws.com`,
        eventName,
        requestParameters: params,
        responseElements: response,
      }
      const value = record({ ...parts, userIdentity: user })
      const turned = Object.fromEntries(Object.entries(value).toReversed())
      expect(read(turned)).toEqual(read(value))
      expect(JSON.stringify(read(record(parts)))).toBe(
        JSON.stringify(read(structuredClone(record(parts)))),
      )
    }),
    { numRuns: runs(400) },
  )
})

test('normalise never throws on any JSON value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(['mapped', 'ignored', 'dead']).toContain(read(value).as)
    }),
  )
})
