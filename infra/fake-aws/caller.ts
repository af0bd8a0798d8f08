import type { AccessKey, Session, User, Role } from './state.ts'

/** An AWS service that acts of itself, such as `lambda.amazonaws.com` when it starts a function. */
export type ServiceCaller = { readonly service: string; readonly issuedTo?: string }

/** Who signed a call. */
export type Caller =
  | { readonly kind: 'service'; readonly service: ServiceCaller }
  | {
      readonly kind: 'user' | 'role' | 'federated'
      readonly account: string
      readonly arn: string
      /** `aws:userid`, which CloudTrail calls principalId. */
      readonly userid: string
      /** Whose policies count. */
      readonly entity: User | Role
      readonly credential: AccessKey | Session
    }

export type Signed = Exclude<Caller, { kind: 'service' }>

export function callerOf(credential: AccessKey | Session): Signed {
  if (credential.kind === 'key') return ofUser(credential.user, credential)
  const { as } = credential
  if (as.kind === 'user') return ofUser(as.user, credential)
  if (as.kind === 'role') {
    const { account, name, id } = as.role
    return {
      kind: 'role',
      account,
      arn: `arn:aws:sts::${account}:assumed-role/${name}/${as.name}`,
      userid: `${id}:${as.name}`,
      entity: as.role,
      credential,
    }
  }
  const { account } = as.user
  return {
    kind: 'federated',
    account,
    arn: `arn:aws:sts::${account}:federated-user/${as.name}`,
    userid: `${account}:${as.name}`,
    entity: as.user,
    credential,
  }
}

function ofUser(user: User, credential: AccessKey | Session): Signed {
  const { account, arn, id } = user
  return { kind: 'user', account, arn, userid: id, entity: user, credential }
}

export const sessionOf = (caller: Caller): Session | undefined =>
  caller.kind !== 'service' && caller.credential.kind === 'session' ? caller.credential : undefined
