import { lastPart } from '#shared/facts/arn.ts'
import type { Call } from '../call.ts'
import { firstText } from '../fields.ts'
import { deed, type DeedReader, type DeedTable } from './deed.ts'

const left =
  (says: string, ...names: readonly string[]): DeedReader =>
  (call: Call) => {
    const name = lastPart(firstText(call.params, ...names))
    const target = name === '' ? `organization/${call.account}` : `guardrail/${name}`
    return [deed(call, 'guardrail-left', target, says, { effect: 'weakens' })]
  }

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
  'iam:DisableOrganizationsRootCredentialsManagement': left('gave up central root management'),
}
