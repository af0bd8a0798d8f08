import { expect, test } from 'vitest'
import { lastPart, parseArn, principalOfArn } from './arn.ts'

test.each([
  ['arn:aws:iam::111122223333:root', '111122223333/root'],
  ['arn:aws:iam::111122223333:user/alice', '111122223333/user/alice'],
  ['arn:aws:iam::111122223333:user/team/a/alice', '111122223333/user/alice'],
  ['arn:aws:iam::111122223333:role/deploy', '111122223333/role/deploy'],
  ['arn:aws:iam::111122223333:role/ci/path/deploy', '111122223333/role/deploy'],
  ['arn:aws:sts::111122223333:assumed-role/deploy/build-7', '111122223333/role/deploy/build-7'],
  ['arn:aws-cn:sts::111122223333:assumed-role/deploy/x@y', '111122223333/role/deploy/x@y'],
  ['arn:aws-us-gov:sts::111122223333:federated-user/bob', '111122223333/federated/bob'],
  ['arn:aws:iam::aws:policy/AdministratorAccess', ''],
  ['arn:aws:lambda:eu-west-1:111122223333:function:resize', ''],
  ['arn:aws:iam::111122223333:user/', ''],
  ['arn:aws:iam', ''],
  ['alice', ''],
  ['', ''],
])('B1: %s is principal "%s"', (arn, principal) => {
  expect(principalOfArn(arn)).toBe(principal)
})

test('B1: an ARN without account takes that of the record', () => {
  expect(principalOfArn('arn:aws:iam:::user/alice', '111122223333')).toBe('111122223333/user/alice')
})

test('the resource of an ARN keeps its colons', () => {
  expect(parseArn('arn:aws:lambda:eu-west-1:111122223333:function:resize:1')?.resource).toBe(
    'function:resize:1',
  )
  expect(lastPart('function:resize')).toBe('resize')
})
