/** CloudTrail records and agent activities, written by us in the shapes that AWS writes. Times are seconds after a base. */
export const home = '111122223333'
export const other = '444455556666'
const base = Date.parse('2026-05-04T09:00:00Z')

/** A credential as its uses show it. `created`: seconds; absent for long-lived keys. */
export type Credential = {
  readonly account: string
  readonly kind: 'role' | 'user'
  readonly name: string
  readonly session: string
  readonly key: string
  readonly created?: number
  readonly instance?: boolean
}

/** One call: what differs from a plain, successful read. */
export type Call = {
  readonly at: number
  readonly service?: string
  readonly action?: string
  readonly address?: string
  readonly agent?: string
  readonly request?: string
  readonly denied?: boolean
  readonly params?: unknown
  readonly response?: unknown
  readonly more?: Readonly<Record<string, unknown>>
}

const iso = (seconds: number): string =>
  new Date(base + seconds * 1000).toISOString().replace('.000Z', 'Z')

/** With milliseconds, as session ids are written. */
export const exactIso = (seconds: number): string => new Date(base + seconds * 1000).toISOString()

/** A UUID that a number decides. */
export function uuid(n: number): string {
  const mixed = Math.imul(n + 1, 0x9e3779b1) >>> 0
  const hex = mixed.toString(16).padStart(8, '0')
  return `${hex}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`
}

export const keyId = (prefix: 'AKIA' | 'ASIA', n: number): string =>
  `${prefix}EXAMPLE${String(n).padStart(9, '0')}`

export const arnOf = ({ account, kind, name, session }: Credential): string =>
  kind === 'user'
    ? `arn:aws:iam::${account}:user/${name}`
    : `arn:aws:sts::${account}:assumed-role/${name}/${session}`

function identityOf(credential: Credential): Record<string, unknown> {
  const { account, kind, name, session, key, created, instance } = credential
  const common = { arn: arnOf(credential), accountId: account, accessKeyId: key }
  const attributes =
    created === undefined ? undefined : { creationDate: iso(created), mfaAuthenticated: 'false' }
  if (kind === 'user')
    return {
      type: 'IAMUser',
      principalId: `AIDAEXAMPLE${name}`,
      userName: name,
      ...common,
      ...(attributes && { sessionContext: { attributes } }),
    }
  const issuer = {
    type: 'Role',
    principalId: `AROAEXAMPLE${name}`,
    arn: `arn:aws:iam::${account}:role/${name}`,
    accountId: account,
    userName: name,
  }
  return {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLE${name}:${session}`,
    ...common,
    sessionContext: {
      sessionIssuer: issuer,
      attributes,
      ...(instance && { ec2RoleDelivery: '2.0' }),
    },
  }
}

/** A record of a call that this credential signed. `n` decides its eventID. */
export function record(n: number, credential: Credential, call: Call): Record<string, unknown> {
  return recordBy(n, identityOf(credential), credential.account, call)
}

/** A record with any identity. */
export function recordBy(
  n: number,
  userIdentity: unknown,
  account: string,
  call: Call,
): Record<string, unknown> {
  const { at, service = 's3', action = 'ListObjects', denied = false } = call
  return {
    eventVersion: '1.11',
    userIdentity,
    eventTime: iso(at),
    eventSource: `${service}.amazonaws.com`,
    eventName: action,
    awsRegion: 'eu-west-1',
    sourceIPAddress: call.address ?? '198.51.100.20',
    userAgent: call.agent ?? 'Boto3/1.40.0',
    ...(denied && {
      errorCode: 'AccessDenied',
      errorMessage: 'not authorized to perform this operation',
    }),
    requestParameters: call.params ?? null,
    responseElements: denied ? null : (call.response ?? null),
    requestID: call.request ?? `request-${n}`,
    eventID: uuid(n),
    eventType: 'AwsApiCall',
    recipientAccountId: account,
    eventCategory: 'Management',
    ...call.more,
  }
}

/** Parameters and response of an AssumeRole that issues `child`. */
export const issuing = (
  child: Credential,
  tags: readonly { key: string; value: string }[] = [],
) => ({
  service: 'sts',
  action: 'AssumeRole',
  params: {
    roleArn: `arn:aws:iam::${child.account}:role/${child.name}`,
    roleSessionName: child.session,
    ...(tags.length > 0 && { tags }),
  },
  response: {
    credentials: { accessKeyId: child.key, expiration: iso((child.created ?? 0) + 43_200) },
    assumedRoleUser: { arn: arnOf(child) },
  },
})

/** An activity of the agent API. */
export const activity = (
  kind: string,
  id: string,
  at: number,
  more: object,
): Record<string, unknown> => ({
  kind,
  id: `${kind}-${id}`,
  time: iso(at),
  ...more,
})
