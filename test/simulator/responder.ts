import type { Credential } from '#infra/fake-aws/call.ts'
import type { FakeAws } from '#infra/fake-aws/fake-aws.ts'
import { account } from './company.ts'

/** Who Keytrail is in the account: may disable keys and write its own policies, and no more (docs/connect-aws.md). */
export function responderIn(aws: FakeAws): Credential {
  aws.addUser(account, 'keytrail-responder')
  const Action = [
    'iam:UpdateAccessKey',
    'iam:ListAccessKeys',
    'iam:GetAccessKeyLastUsed',
    'iam:GetUser',
    'iam:GetRole',
    'iam:ListRolePolicies',
    'iam:GetRolePolicy',
    'iam:PutRolePolicy',
    'iam:DeleteRolePolicy',
    'iam:ListUserPolicies',
    'iam:GetUserPolicy',
    'iam:PutUserPolicy',
    'iam:DeleteUserPolicy',
  ]
  const Statement = [{ Effect: 'Allow', Action, Resource: '*' }]
  const policy = JSON.stringify({ Version: '2012-10-17', Statement })
  aws.setPolicy(account, 'user/keytrail-responder', 'Respond', policy)
  return aws.addKey(account, 'keytrail-responder')
}
