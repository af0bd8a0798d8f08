import { lastPart, parseArn } from '#shared/facts/arn.ts'
import type { Deed } from '#shared/messages/deed.ts'
import type { Call } from '../call.ts'
import { fields, firstText, isFalse, text, texts } from '../fields.ts'
import { granteesOf, insiderOf, trustOf } from '../grantees.ts'
import { allows, powerOf, powerOfManaged, type Policy } from '../policies.ts'
import { targetOfMessage } from '../targets.ts'
import { deed, spoken, spokenGrantees, type DeedReader, type DeedTable } from './deed.ts'
import { documentOf } from './iam-policies.ts'

const roleOf = ({ params, message }: Call): string => {
  const name = lastPart(firstText(params, 'roleName'))
  return name === '' ? targetOfMessage(message) || 'role/-' : `role/${name}`
}

/** Who may assume the role now: strangers, everyone, another of the account, or only services (then it is a repair). */
function trustOpened(call: Call, policy: Policy): Deed {
  const target = roleOf(call)
  const { grantee, to } = granteesOf(trustOf(policy), call)
  if (grantee !== 'none') {
    const who = spokenGrantees({ grantee, to })
    return deed(call, 'trust-opened', target, `let ${who} assume ${spoken(target)}`, {
      grantee,
      to,
      power: 'unknown',
      document: policy.document,
      effect: 'weakens',
    })
  }
  const insider = insiderOf(trustOf(policy), call)
  const whole = policy.document === 'whole'
  const says =
    insider === 'self'
      ? `let itself assume ${spoken(target)}`
      : `changed who may assume ${spoken(target)}`
  return deed(call, 'trust-opened', target, says, {
    grantee: insider,
    power: insider === 'none' && whole ? 'none' : 'unknown',
    document: policy.document,
    effect: insider === 'none' && whole ? 'restores' : 'neither',
  })
}

/** A new role; whom it trusts is a deed of its own where that is a stranger. */
const roleCreated: DeedReader = (call) => {
  const target = roleOf(call)
  const boundary = lastPart(text(call.params['permissionsBoundary']))
  const says = `made ${spoken(target)}${boundary === '' ? '' : ` with boundary ${boundary}`}`
  const made = deed(call, 'role-created', target, says, {
    grantee: 'other',
    ...(boundary !== '' && { about: [`boundary/${boundary}`] }),
  })
  const trust = trustOpened(call, documentOf(call, 'assumeRolePolicyDocument'))
  const strange = trust.grantee === 'outside' || trust.grantee === 'everyone'
  if (!strange) return [made]
  return [
    made,
    boundary === '' ? trust : { ...trust, says: `${trust.says}, with boundary ${boundary}` },
  ]
}

const named = ({ params, response }: Call): string => {
  const anchor = fields(response['trustAnchor'] ?? response['profile'])
  return (
    lastPart(firstText(anchor, 'trustAnchorId', 'profileId')) ||
    lastPart(
      firstText(
        params,
        'trustAnchorId',
        'profileId',
        'name',
        'sAMLProviderArn',
        'openIDConnectProviderArn',
        'url',
      ),
    ) ||
    '-'
  )
}

/** Anchors and profiles may be made switched off: nobody signs in until they are enabled (IAM Roles Anywhere API Reference). */
const isOff = ({ params, response }: Call): boolean =>
  isFalse(params['enabled']) ||
  isFalse(fields(response['trustAnchor'] ?? response['profile'])['enabled'])

const anchor =
  (kind: string, says: string, effect: Deed['effect'] = 'neither'): DeedReader =>
  (call) => {
    const off = isOff(call)
    const roles = texts(call.params['roleArns']).map((arn) => `role/${lastPart(arn)}`)
    return [
      deed(call, 'trust-anchor', `${kind}/${named(call)}`, off ? `${says}, switched off` : says, {
        grantee: effect === 'restores' || off ? 'none' : 'other',
        power: off ? 'none' : 'unknown',
        effect,
        ...(roles.length > 0 && { about: roles }),
      }),
    ]
  }

/** A token of its own for a name: what it may do is the policy that goes with it (STS API Reference, GetFederationToken). */
const federationToken: DeedReader = (call) => {
  const policy = documentOf(call, 'policy')
  const managed = texts(call.params['policyArns']).map((arn) => powerOfManaged(arn))
  const powers = [policy.document === 'none' ? 'none' : powerOf(policy), ...managed]
  const power =
    (['admin', 'unknown', 'some'] as const).find((each) => powers.includes(each)) ?? 'none'
  const name = text(call.params['name']) || '-'
  return [
    deed(
      call,
      'federation-token',
      `federated/${name}`,
      `got a federation token named ${name}${allows(power)}`,
      {
        grantee: 'self',
        power,
        document: policy.document,
      },
    ),
  ]
}

/** A refused AssumeRole leaves out its parameters: the role stands only in the message (SEMANTICS A6). */
const roleProbed: DeedReader = (call) => {
  if (call.error !== 'denied') return []
  const arn = text(call.params['roleArn']) || (roleInMessage.exec(call.message)?.[0] ?? '')
  const name = lastPart(arn) || '-'
  const account = parseArn(arn)?.account || call.account
  return [deed(call, 'role-probed', `role/${name}`, `was refused role ${name}`, { account })]
}

const roleInMessage = /arn:[\w-]+:iam::\d*:role\/[^\s"]+/

/** Who may become whom: role trust, identity providers, IAM Roles Anywhere, STS. */
export const trust: DeedTable = {
  'iam:CreateRole': roleCreated,
  'iam:DeleteRole': (call) => [
    deed(call, 'role-created', roleOf(call), `deleted ${spoken(roleOf(call))}`, {
      effect: 'restores',
    }),
  ],
  'iam:UpdateAssumeRolePolicy': (call) => [trustOpened(call, documentOf(call, 'policyDocument'))],
  'iam:CreateSAMLProvider': anchor('saml-provider', 'made a SAML provider'),
  'iam:UpdateSAMLProvider': anchor('saml-provider', 'changed a SAML provider'),
  'iam:DeleteSAMLProvider': anchor('saml-provider', 'deleted a SAML provider', 'restores'),
  'iam:CreateOpenIDConnectProvider': anchor('oidc-provider', 'made an OpenID provider'),
  'iam:AddClientIDToOpenIDConnectProvider': anchor(
    'oidc-provider',
    'let a client into an OpenID provider',
  ),
  'iam:UpdateOpenIDConnectProviderThumbprint': anchor(
    'oidc-provider',
    'changed an OpenID provider',
  ),
  'iam:DeleteOpenIDConnectProvider': anchor(
    'oidc-provider',
    'deleted an OpenID provider',
    'restores',
  ),
  'rolesanywhere:CreateTrustAnchor': anchor('trust-anchor', 'made a trust anchor for certificates'),
  'rolesanywhere:UpdateTrustAnchor': anchor('trust-anchor', 'changed a trust anchor'),
  'rolesanywhere:EnableTrustAnchor': anchor('trust-anchor', 'switched a trust anchor on'),
  'rolesanywhere:DisableTrustAnchor': anchor(
    'trust-anchor',
    'switched a trust anchor off',
    'restores',
  ),
  'rolesanywhere:DeleteTrustAnchor': anchor('trust-anchor', 'deleted a trust anchor', 'restores'),
  'rolesanywhere:CreateProfile': anchor('roles-profile', 'made a Roles Anywhere profile'),
  'rolesanywhere:UpdateProfile': anchor('roles-profile', 'changed a Roles Anywhere profile'),
  'rolesanywhere:EnableProfile': anchor('roles-profile', 'switched a Roles Anywhere profile on'),
  'rolesanywhere:DisableProfile': anchor(
    'roles-profile',
    'switched a Roles Anywhere profile off',
    'restores',
  ),
  'rolesanywhere:DeleteProfile': anchor(
    'roles-profile',
    'deleted a Roles Anywhere profile',
    'restores',
  ),
  'sts:GetFederationToken': federationToken,
  'sts:AssumeRole': roleProbed,
  'sts:AssumeRoleWithSAML': roleProbed,
  'sts:AssumeRoleWithWebIdentity': roleProbed,
  'sts:AssumeRoot': roleProbed,
  'eks:CreateAccessEntry': (call) => [
    deed(
      call,
      'policy-granted',
      `cluster/${text(call.params['name']) || '-'}`,
      'let a principal into a cluster',
      {
        grantee: 'other',
        power: 'unknown',
      },
    ),
  ],
}
