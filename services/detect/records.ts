import { hash128 } from '#shared/facts/hash.ts'

/** Builders of CloudTrail records for examples: the shape that AWS writes, with accounts and addresses of documentation. */

type Fields = Readonly<Record<string, unknown>>

/** Our account in the examples, and somebody else's. */
export const home = '111122223333'
export const outsider = '444455556666'

const adminPolicy = 'arn:aws:iam::aws:policy/AdministratorAccess'
/** What the AWS managed policy for administrators is called. */
export const administrator: Fields = { policyArn: adminPolicy }

/** Monday morning; examples count seconds from here. */
const start = Date.UTC(2026, 4, 4, 9)
export const timeAt = (seconds: number): string =>
  new Date(start + seconds * 1000).toISOString().replace('.000Z', 'Z')

/** Who calls, and from where. */
export type Caller = { readonly identity: Fields; readonly address: string; readonly agent: string }

/** A key id that tells whose it is: `AKIAEXAMPLEALICE0000`. */
export const keyOf = (prefix: 'AKIA' | 'ASIA', name: string): string =>
  `${prefix}EXAMPLE${name.toUpperCase().replace(/[^A-Z0-9]/g, '')}`.padEnd(20, '0').slice(0, 20)

/** An IAM user with a long-lived key. */
export const user = (name: string): Caller => ({
  identity: {
    type: 'IAMUser',
    principalId: `AIDAEXAMPLE${name.toUpperCase()}`.padEnd(21, '0'),
    arn: `arn:aws:iam::${home}:user/${name}`,
    accountId: home,
    accessKeyId: keyOf('AKIA', name),
    userName: name,
  },
  address: '198.51.100.7',
  agent: 'aws-cli/2.27.0',
})

/** What AWS Health says of keys, as EventBridge sends it. */
export const health = (
  code: string,
  keys: readonly string[],
  { at = 0 }: { readonly at?: number } = {},
): Fields => ({
  version: '0',
  id: `health-${code}-${at}`,
  'detail-type': 'AWS Health Event',
  source: 'aws.health',
  account: home,
  time: timeAt(at),
  region: 'us-east-1',
  resources: keys,
  detail: {
    eventArn: `arn:aws:health:us-east-1::event/RISK/${code}/${code}_EXAMPLE`,
    service: code.split('_')[1],
    eventTypeCode: code,
    eventTypeCategory: 'issue',
    startTime: new Date(start + at * 1000).toUTCString(),
    affectedEntities: keys.map((entityValue) => ({ entityValue })),
  },
})

/** A session of a role, issued at `since` seconds. */
export const role = (name: string, session: string, since = 0): Caller => ({
  identity: {
    type: 'AssumedRole',
    principalId: `${roleId(name)}:${session}`,
    arn: `arn:aws:sts::${home}:assumed-role/${name}/${session}`,
    accountId: home,
    accessKeyId: keyOf('ASIA', `${session}${name}`),
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: roleId(name),
        arn: `arn:aws:iam::${home}:role/${name}`,
        accountId: home,
        userName: name,
      },
      attributes: { creationDate: timeAt(since), mfaAuthenticated: 'false' },
    },
  },
  address: '198.51.100.9',
  agent: 'Boto3/1.38.0',
})

const roleId = (name: string): string =>
  `AROAEXAMPLE${name.toUpperCase().replace(/[^A-Z0-9]/g, '')}`.padEnd(21, '0').slice(0, 21)

/** The root of the account, signed in at the console. */
export const root = (): Caller => ({
  identity: {
    type: 'Root',
    principalId: home,
    arn: `arn:aws:iam::${home}:root`,
    accountId: home,
  },
  address: '203.0.113.20',
  agent: 'Mozilla/5.0',
})

export type CallOptions = {
  readonly by: Caller
  /** Seconds after the start of the example. */
  readonly at?: number
  readonly params?: Fields | null
  readonly response?: Fields | null
  /** errorCode, such as `AccessDenied`. */
  readonly error?: string
  readonly message?: string
  /** More top-level fields. */
  readonly more?: Fields
}

/** One API call: `call('iam:CreateUser', {by: user('ana'), params: {userName: 'bo'}})`. Equal arguments, equal record. */
export function call(name: string, options: CallOptions): Fields {
  const [service = '', action = ''] = name.split(':')
  const { by, at = 0, params = null, response = null, error, message, more } = options
  const body = {
    eventVersion: '1.11',
    userIdentity: by.identity,
    eventTime: timeAt(at),
    eventSource: `${service}.amazonaws.com`,
    eventName: action,
    awsRegion: service === 'iam' || service === 'organizations' ? 'us-east-1' : 'eu-west-1',
    sourceIPAddress: by.address,
    userAgent: by.agent,
    ...(error !== undefined && { errorCode: error, errorMessage: message ?? error }),
    requestParameters: params,
    responseElements: response,
    readOnly: /^(Get|List|Describe)/.test(action),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: home,
    eventCategory: 'Management',
    ...more,
  }
  const text = JSON.stringify(body)
  return { ...body, requestID: uuid(`request ${text}`), eventID: uuid(`event ${text}`) }
}

/** A call that IAM refuses, as it words refusals. */
export const refused = (name: string, options: CallOptions & { readonly on?: string }): Fields =>
  call(name, {
    error: 'AccessDenied',
    message: `User: ${String(options.by.identity['arn'])} is not authorized to perform: ${name}${
      options.on === undefined ? '' : ` on resource: ${options.on}`
    } because no identity-based policy allows the ${name} action`,
    ...options,
  })

/** A sign-in at the console, with a password. */
export const signIn = (
  by: Caller,
  options: { readonly mfa: boolean; readonly at?: number },
): Fields => {
  const { accessKeyId: _, ...identity } = by.identity
  return call('signin:ConsoleLogin', {
    by: { ...by, identity, agent: 'Mozilla/5.0' },
    at: options.at ?? 0,
    response: { ConsoleLogin: 'Success' },
    more: {
      eventType: 'AwsConsoleSignIn',
      additionalEventData: { MFAUsed: options.mfa ? 'Yes' : 'No', MobileVersion: 'No' },
    },
  })
}

/** The same call for 0, 1, … n − 1. */
export const times = <T>(n: number, of: (i: number) => T): T[] =>
  Array.from({ length: n }, (_, i) => of(i))

/** A policy document as text, as requests carry it. */
export const document = (...statements: readonly Fields[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements })

/** Who may assume a role. */
export const trust = (principal: unknown): string =>
  document({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' })

export const allowAll = document({ Effect: 'Allow', Action: '*', Resource: '*' })

/** A UUID that depends on the text alone. */
function uuid(text: string): string {
  const words = new Uint32Array(4)
  hash128(text, words)
  const hex = [...words].map((word) => word.toString(16).padStart(8, '0')).join('')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-')
}
