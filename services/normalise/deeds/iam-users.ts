import { lastPart } from '#shared/facts/arn.ts'
import type { Deed, DeedKind } from '#shared/messages/deed.ts'
import type { Call } from '../call.ts'
import { fields, firstText, isTrue, text } from '../fields.ts'
import { unmaskKey } from '../masked.ts'
import { targetOfMessage } from '../targets.ts'
import { deed, granteeOf, type DeedReader, type DeedTable } from './deed.ts'

/** The user that a call names; itself where it names none (IAM API Reference: UserName defaults to the caller). */
export function userOf(call: Call): string {
  const named = firstText(call.params, 'userName')
  if (named !== '') return `user/${lastPart(named)}`
  const refused = targetOfMessage(call.message)
  if (refused.startsWith('user/')) return refused
  const [, kind = '', name = ''] = call.principal.split('/')
  return kind === 'root' ? `root/${call.account}` : `${kind}/${name}`
}

const toUser =
  (
    kind: DeedKind,
    says: (user: string) => string,
    effect: Deed['effect'] = 'neither',
  ): DeedReader =>
  (call) => {
    const target = userOf(call)
    const name = target.replace('/', ' ')
    const gains = effect === 'restores' ? 'none' : granteeOf(call, target)
    return [deed(call, kind, target, says(name), { grantee: gains, power: 'unknown', effect })]
  }

/** A password; `amount` 1 if it is good for one sign-in, at which its user must choose another (IAM API Reference). */
const passwordSet =
  (says: (user: string) => string): DeedReader =>
  (call) =>
    toUser(
      'password-set',
      says,
    )(call).map((each) =>
      isTrue(call.params['passwordResetRequired']) ? { ...each, amount: 1 } : each,
    )

const madeKeys: readonly (readonly [string, string, string])[] = [
  ['accessKey', 'accessKeyId', 'an access key'],
  ['serviceSpecificCredential', 'serviceSpecificCredentialId', 'a service credential'],
  ['sSHPublicKey', 'sSHPublicKeyId', 'an SSH key'],
  ['certificate', 'certificateId', 'a signing certificate'],
]

/** A credential that lasts, for a user. The key id is that of the response; '' where the call was refused. */
const keyCreated: DeedReader = (call) => {
  const target = userOf(call)
  for (const [member, id, what] of madeKeys) {
    const key = unmaskKey(text(fields(call.response[member])[id]))
    if (key !== '')
      return [
        deed(call, 'key-created', target, `made ${what} for ${target.replace('/', ' ')}`, {
          grantee: granteeOf(call, target),
          power: 'unknown',
          key,
        }),
      ]
  }
  const says = `made a key for ${target.replace('/', ' ')}`
  return [
    deed(call, 'key-created', target, says, { grantee: granteeOf(call, target), power: 'unknown' }),
  ]
}

const about = ({ params }: Call): readonly string[] => {
  const key = unmaskKey(text(params['accessKeyId']))
  return key === '' ? [] : [`key/${key}`]
}

/** `Active` gives the key back to whoever has it; a refused call does not say which it was. */
const keyUpdated: DeedReader = (call) => {
  const target = userOf(call)
  const status = text(call.params['status']).toLowerCase()
  const on = status === 'active'
  const says = status === '' ? 'changed a key' : `switched a key ${on ? 'on' : 'off'}`
  return [
    deed(call, 'key-changed', target, `${says} of ${target.replace('/', ' ')}`, {
      grantee: on ? granteeOf(call, target) : 'none',
      effect: on ? 'weakens' : status === '' ? 'neither' : 'restores',
      about: about(call),
    }),
  ]
}

const keyDeleted: DeedReader = (call) => {
  const target = userOf(call)
  const says = `deleted a key of ${target.replace('/', ' ')}`
  return [deed(call, 'key-changed', target, says, { effect: 'restores', about: about(call) })]
}

const mfaRemoved: DeedReader = (call) => {
  const serial = firstText(call.params, 'serialNumber')
  const named = firstText(call.params, 'userName')
  const target = named === '' && serial !== '' ? `user/${lastPart(serial)}` : userOf(call)
  return [
    deed(call, 'mfa-removed', target, `removed the MFA device of ${target.replace('/', ' ')}`, {
      grantee: granteeOf(call, target),
      effect: 'weakens',
    }),
  ]
}

/** Users and what they sign in with (IAM API Reference). */
export const iamUsers: DeedTable = {
  'iam:CreateUser': (call) => {
    const target = userOf(call)
    return [
      deed(call, 'user-created', target, `made ${target.replace('/', ' ')}`, { grantee: 'other' }),
    ]
  },
  'iam:DeleteUser': toUser('user-created', (user) => `deleted ${user}`, 'restores'),
  'iam:CreateLoginProfile': passwordSet((user) => `gave ${user} a password`),
  'iam:UpdateLoginProfile': passwordSet((user) => `changed the password of ${user}`),
  'iam:ChangePassword': toUser('password-set', () => 'changed its own password'),
  'iam:DeleteLoginProfile': toUser(
    'password-set',
    (user) => `took the password of ${user}`,
    'restores',
  ),
  'iam:CreateAccessKey': keyCreated,
  'iam:CreateServiceSpecificCredential': keyCreated,
  'iam:ResetServiceSpecificCredential': keyCreated,
  'iam:UploadSSHPublicKey': keyCreated,
  'iam:UploadSigningCertificate': keyCreated,
  'iam:UpdateAccessKey': keyUpdated,
  'iam:UpdateServiceSpecificCredential': keyUpdated,
  'iam:DeleteAccessKey': keyDeleted,
  'iam:DeleteServiceSpecificCredential': keyDeleted,
  'iam:DeactivateMFADevice': mfaRemoved,
  'iam:DeleteVirtualMFADevice': mfaRemoved,
  'iam:EnableMFADevice': toUser('mfa-added', (user) => `gave ${user} an MFA device`),
  'sso-directory:CreateUser': (call) => [
    deed(
      call,
      'user-created',
      `user/${firstText(call.params, 'userName', 'userId') || '-'}`,
      'made a user of Identity Center',
      {
        grantee: 'other',
      },
    ),
  ],
  'identitystore:CreateUser': (call) => [
    deed(
      call,
      'user-created',
      `user/${firstText(call.params, 'userName') || '-'}`,
      'made a user of Identity Center',
      {
        grantee: 'other',
      },
    ),
  ],
}
