import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '#test/property.ts'
import { alice, deploy, useOf, type Parts } from './records.fixture.ts'

const lambda = 'arn:aws:lambda:eu-west-1:111122223333:function:resize'
const instance = 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0'

/** Identities that share one key id and differ in one thing, or in several. */
const identities: fc.Arbitrary<Parts> = fc
  .record({
    base: fc.constantFrom<Parts>(alice, deploy),
    arn: fc.constantFrom(alice.arn, deploy.arn, 'arn:aws:iam::444455556666:user/bob', ''),
    type: fc.constantFrom('IAMUser', 'AssumedRole', 'AWSService', 'Unheard'),
    invokedBy: fc.constantFrom(undefined, 'lambda.amazonaws.com', 'aws-mcp.amazonaws.com'),
    inScopeOf: fc.constantFrom(undefined, { credentialsIssuedTo: lambda }, {}),
    creationDate: fc.constantFrom(undefined, '2026-05-04T08:59:58Z', '2026-05-04T08:00:00Z'),
    context: fc.constantFrom<Parts>(
      {},
      { sourceIdentity: 'alice' },
      { sourceIdentity: 7 },
      { ec2RoleDelivery: '2.0' },
      { signInSessionArn: 'arn:aws:signin:eu-west-1:111122223333:session/one' },
      { inScopeOf: { credentialsIssuedTo: instance } },
    ),
    fromConsole: fc.constantFrom(undefined, 'true'),
  })
  .map(({ base, arn, type, invokedBy, inScopeOf, creationDate, context, fromConsole }) => ({
    ...base,
    arn,
    type,
    invokedBy,
    inScopeOf,
    accessKeyId: 'ASIAEXAMPLESHARED001',
    sessionContext: {
      ...context,
      attributes: { creationDate, sessionCredentialFromConsole: fromConsole },
    },
  }))

let fresh = 0

/** The same identity under a key id that no record had before, so that nothing of it is remembered. */
const unremembered = (userIdentity: Parts): Parts => {
  const accessKeyId = `ASIAEXAMPLE${String(++fresh).padStart(9, '0')}`
  return { ...useOf({ userIdentity: { ...userIdentity, accessKeyId } }), key: '' }
}

test('what an identity says never depends on the records before it', () => {
  fc.assert(
    fc.property(fc.array(identities, { minLength: 1, maxLength: 6 }), (list) => {
      for (const userIdentity of [...list, ...list])
        expect({ ...useOf({ userIdentity }), key: '' }).toEqual(unremembered(userIdentity))
    }),
    { numRuns: runs(150) },
  )
})
