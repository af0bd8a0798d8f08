import { lastPart } from '#shared/facts/arn.ts'
import type { Call } from '../call.ts'
import { fields, firstText, isFalse } from '../fields.ts'
import { deed, type DeedReader, type DeedTable } from './deed.ts'

const left =
  (says: string, ...names: readonly string[]): DeedReader =>
  (call: Call) => {
    const name = lastPart(firstText(call.params, ...names))
    const target = name === '' ? `organization/${call.account}` : `guardrail/${name}`
    return [deed(call, 'guardrail-left', target, says, { effect: 'weakens' })]
  }

/** What keeps the things of one kind in the whole account from being shared with everyone (S3 and EC2 User Guides). */
const unblocked =
  (things: string, did: string): DeedReader =>
  (call) => [
    deed(
      call,
      'guardrail-left',
      `public-access-block/${things}`,
      `${did} what keeps ${things} of account ${call.account} from the public`,
      { effect: 'weakens' },
    ),
  ]

/** What keeps an account inside its organisation and below its policies (Organizations API Reference). */
export const organizations: DeedTable = {
  'organizations:LeaveOrganization': left('left the organisation'),
  'organizations:RemoveAccountFromOrganization': left(
    'took an account out of the organisation',
    'accountId',
  ),
  'organizations:DeleteOrganization': left('deleted the organisation'),
  'organizations:DetachPolicy': left('detached a policy of the organisation', 'policyId'),
  'organizations:DeletePolicy': left('deleted a policy of the organisation', 'policyId'),
  'organizations:DisablePolicyType': left(
    'switched off a kind of policy of the organisation',
    'policyType',
  ),
  'organizations:DisableAWSServiceAccess': left(
    'shut a service out of the organisation',
    'servicePrincipal',
  ),
  'organizations:DeregisterDelegatedAdministrator': left(
    'took the delegated administrator',
    'servicePrincipal',
  ),
  's3:DeleteAccountPublicAccessBlock': unblocked('buckets', 'deleted'),
  's3:PutAccountPublicAccessBlock': (call) => {
    const blocks = Object.entries(fields(call.params['PublicAccessBlockConfiguration']))
    return blocks.some(([, value]) => isFalse(value)) ? unblocked('buckets', 'opened')(call) : []
  },
  'ec2:DisableImageBlockPublicAccess': unblocked('images', 'switched off'),
  'ec2:DisableSnapshotBlockPublicAccess': unblocked('snapshots', 'switched off'),
  'iam:DisableOrganizationsRootCredentialsManagement': left('gave up central root management'),
}
