import { lastPart } from '#shared/facts/arn.ts'
import type { Deed } from '#shared/messages/deed.ts'
import type { Call } from '../call.ts'
import { firstText, isCut, isFalse, text } from '../fields.ts'
import {
  allows,
  denyingPolicies,
  parsePolicy,
  powerOf,
  powerOfManaged,
  type Policy,
} from '../policies.ts'
import { targetOfMessage } from '../targets.ts'
import { deed, granteeOf, spoken, type DeedReader, type DeedTable } from './deed.ts'

/** Who gets the policy: `user/x`, `role/x`, `group/x`. */
export function holderOf(call: Call): string {
  for (const kind of ['user', 'role', 'group']) {
    const name = firstText(call.params, `${kind}Name`)
    if (name !== '') return `${kind}/${lastPart(name)}`
  }
  return targetOfMessage(call.message) || 'principal/-'
}

/** A grant; its kind says whether it makes an administrator. */
function grant(
  call: Call,
  target: string,
  power: Deed['power'],
  says: string,
  more: Partial<Deed> = {},
): Deed {
  return deed(call, power === 'admin' ? 'admin-granted' : 'policy-granted', target, says, {
    grantee: granteeOf(call, target),
    power,
    ...more,
  })
}

/** The document of a call; `cut` where AWS left out the parameters as a whole (User Guide, "truncated fields"). */
export const documentOf = ({ params }: Call, name: string): Policy =>
  parsePolicy(isCut(params) ? params : params[name])

/** AWS attaches this to a user whose key it found in public (IAM User Guide, AWSCompromisedKeyQuarantine). */
const quarantine = /^AWSCompromisedKeyQuarantine/
/** What AWS wrote into the user itself before there was a managed policy for it. */
const olderQuarantine = 'AWSExposedCredentialPolicy_DO_NOT_REMOVE'

const exposed = (call: Call): Deed => {
  const target = holderOf(call)
  const says = `put ${spoken(target)} in quarantine: AWS found its key in public`
  return deed(call, 'key-exposed', target, says)
}

const attached: DeedReader = (call) => {
  const arn = text(call.params['policyArn'])
  const policy = lastPart(arn)
  const target = holderOf(call)
  if (quarantine.test(policy)) return [exposed(call)]
  if (denyingPolicies.test(policy)) return []
  const says = `attached ${policy || 'a policy'} to ${spoken(target)}`
  const about = policy === '' || arn.includes('::aws:') ? {} : { about: [`policy/${policy}`] }
  return [grant(call, target, arn === '' ? 'unknown' : powerOfManaged(arn), says, about)]
}

const inline: DeedReader = (call) => {
  if (text(call.params['policyName']) === olderQuarantine) return [exposed(call)]
  const policy = documentOf(call, 'policyDocument')
  const power = policy.document === 'none' ? 'unknown' : powerOf(policy)
  if (power === 'none') return []
  const target = holderOf(call)
  const name = text(call.params['policyName']) || '-'
  const says = `wrote policy ${name} into ${spoken(target)}${allows(power)}`
  return [grant(call, target, power, says, { document: policy.document })]
}

/** Taking a policy away takes power away, unless the policy was there to deny. */
const detached: DeedReader = (call) => {
  const policy = lastPart(firstText(call.params, 'policyArn', 'policyName'))
  const target = holderOf(call)
  const says = `took policy ${policy || '-'} from ${spoken(target)}`
  if (denyingPolicies.test(policy))
    return [
      deed(call, 'boundary-removed', target, says, {
        grantee: granteeOf(call, target),
        effect: 'weakens',
      }),
    ]
  return [deed(call, 'policy-granted', target, says, { effect: 'restores' })]
}

const policyOf = (call: Call): string =>
  `policy/${lastPart(firstText(call.params, 'policyArn', 'policyName')) || '-'}`

/** A policy that nobody has yet grants nothing; what it would grant is told to those who attach it. */
const made: DeedReader = (call) => {
  const policy = documentOf(call, 'policyDocument')
  return [
    deed(call, 'policy-granted', policyOf(call), `made ${spoken(policyOf(call))}`, {
      power: powerOf(policy),
      document: policy.document,
    }),
  ]
}

const newVersion: DeedReader = (call) => {
  if (isFalse(call.params['setAsDefault'])) return made(call)
  const policy = documentOf(call, 'policyDocument')
  const target = policyOf(call)
  return [
    grant(call, target, powerOf(policy), `changed ${spoken(target)}${allows(powerOf(policy))}`, {
      grantee: 'other',
      document: policy.document,
    }),
  ]
}

const boundaryRemoved: DeedReader = (call) => {
  const target = holderOf(call)
  return [
    deed(
      call,
      'boundary-removed',
      target,
      `removed the permissions boundary of ${spoken(target)}`,
      {
        grantee: granteeOf(call, target),
        effect: 'weakens',
      },
    ),
  ]
}

/** A boundary that allows everything is none. */
const boundaryPut: DeedReader = (call) => {
  const boundary = text(call.params['permissionsBoundary'])
  if (powerOfManaged(boundary) !== 'admin') return []
  const target = holderOf(call)
  const says = `replaced the permissions boundary of ${spoken(target)} by ${lastPart(boundary)}`
  return [
    deed(call, 'boundary-removed', target, says, {
      grantee: granteeOf(call, target),
      effect: 'weakens',
    }),
  ]
}

/** What a group gives stands elsewhere; its name alone tells an administrators' group. */
const grouped: DeedReader = (call) => {
  const user = firstText(call.params, 'userName')
  const group = firstText(call.params, 'groupName')
  const target = user === '' ? holderOf(call) : `user/${user}`
  const power = /admin/i.test(group) ? 'admin' : 'unknown'
  const says = `put ${spoken(target)} into group ${group || '-'}`
  return [grant(call, target, power, says, { about: [`group/${group || '-'}`] })]
}

const instanceRole: DeedReader = (call) => {
  const { params } = call
  const request =
    params['AssociateIamInstanceProfileRequest'] ??
    params['ReplaceIamInstanceProfileAssociationRequest']
  const written = JSON.stringify(request ?? params)
  const instance = /i-[0-9a-zA-Z]{8,17}/.exec(written)?.[0] ?? '-'
  const says = `gave instance ${instance} a role`
  return [
    deed(call, 'policy-granted', `instance/${instance}`, says, {
      grantee: 'other',
      power: 'unknown',
    }),
  ]
}

/** Policies of users, roles and groups (IAM API Reference), and what Identity Center and EKS have in their place. */
export const iamPolicies: DeedTable = {
  ...Object.fromEntries(
    ['User', 'Role', 'Group'].flatMap((kind): [string, DeedReader][] => [
      [`iam:Attach${kind}Policy`, attached],
      [`iam:Detach${kind}Policy`, detached],
      [`iam:Put${kind}Policy`, inline],
      [`iam:Delete${kind}Policy`, detached],
      [`iam:Put${kind}PermissionsBoundary`, boundaryPut],
      [`iam:Delete${kind}PermissionsBoundary`, boundaryRemoved],
    ]),
  ),
  'iam:CreatePolicy': made,
  'iam:CreatePolicyVersion': newVersion,
  'iam:SetDefaultPolicyVersion': (call) => [
    grant(call, policyOf(call), 'unknown', `chose another version of ${spoken(policyOf(call))}`, {
      grantee: 'other',
    }),
  ],
  'iam:AddUserToGroup': grouped,
  'iam:RemoveUserFromGroup': (call) => [
    deed(
      call,
      'policy-granted',
      `user/${firstText(call.params, 'userName') || '-'}`,
      'took a user out of a group',
      {
        effect: 'restores',
      },
    ),
  ],
  'sso:AttachManagedPolicyToPermissionSet': (call) => {
    const arn = firstText(call.params, 'managedPolicyArn')
    const target = `permission-set/${lastPart(text(call.params['permissionSetArn'])) || '-'}`
    return [
      grant(call, target, powerOfManaged(arn), `attached ${lastPart(arn)} to a permission set`, {
        grantee: 'other',
      }),
    ]
  },
  'sso:PutInlinePolicyToPermissionSet': (call) => {
    const policy = documentOf(call, 'inlinePolicy')
    const target = `permission-set/${lastPart(text(call.params['permissionSetArn'])) || '-'}`
    const says = 'wrote a policy into a permission set'
    return [
      grant(call, target, powerOf(policy), says, { grantee: 'other', document: policy.document }),
    ]
  },
  'sso:CreateAccountAssignment': (call) => {
    const target = `permission-set/${lastPart(text(call.params['permissionSetArn'])) || '-'}`
    const says = `assigned a permission set to ${text(call.params['principalType']).toLowerCase() || 'a principal'}`
    return [grant(call, target, 'unknown', says, { grantee: 'other' })]
  },
  'eks:AssociateAccessPolicy': (call) => {
    const arn = text(call.params['policyArn'])
    const who = lastPart(decodeURIComponentSafely(text(call.params['principalArn'])))
    const power = /AmazonEKS(?:Cluster)?AdminPolicy$/.test(arn) ? 'admin' : 'some'
    const says = `gave ${who || 'a principal'} ${lastPart(arn) || 'a policy'} on cluster ${text(call.params['name']) || '-'}`
    return [
      grant(call, `cluster/${text(call.params['name']) || '-'}`, power, says, { grantee: 'other' }),
    ]
  },
  'ec2:AssociateIamInstanceProfile': instanceRole,
  'ec2:ReplaceIamInstanceProfileAssociation': instanceRole,
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
