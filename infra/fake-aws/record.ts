import { isoTime } from './entities.ts'
import { sessionOf, type Caller, type Signed } from './caller.ts'
import { lowerNames } from './params.ts'
import type { Params } from './call.ts'
import type { Session } from './state.ts'

/** A CloudTrail record as JSON, in the shape of version 1.11 (CloudTrail User Guide, "record contents"). */
export type TrailRecord = Readonly<Record<string, unknown>> & {
  readonly eventID: string
  readonly eventTime: string
  readonly eventName: string
  readonly eventSource: string
  readonly awsRegion: string
  readonly recipientAccountId: string
  readonly managementEvent: boolean
  readonly readOnly: boolean
}

export type Happened = {
  readonly caller: Caller
  readonly service: string
  readonly action: string
  readonly at: number
  readonly region: string
  readonly address: string
  readonly userAgent: string
  readonly params: Params
  readonly shown: Params | undefined
  readonly readOnly: boolean
  readonly account: string
  readonly requestId: string
  readonly eventId: string
  readonly sharedEventId?: string
  readonly error?: { readonly code: string; readonly message: string }
  readonly resources?: readonly {
    readonly arn: string
    readonly account: string
    readonly type: string
  }[]
}

/** Data events (CloudTrail User Guide, "data events"): trails may have them, LookupEvents has none. */
const dataActions: Readonly<Record<string, RegExp>> = {
  s3: /Object/,
  dynamodb: /Item|^Query$|^Scan$/,
  lambda: /^Invoke/,
  'bedrock-runtime': /./,
}

/** What a denied call is called: EC2 has words of its own. */
export const denialCode = (service: string): string =>
  service === 'ec2' ? 'Client.UnauthorizedOperation' : 'AccessDenied'

export function recordOf(happened: Happened): TrailRecord {
  const { caller, service, action, error, account, shown } = happened
  const isManagement = !dataActions[service]?.test(action)
  const isHidden = error !== undefined && (service === 'iam' || service === 'sts')
  return {
    eventVersion: '1.11',
    userIdentity: identityOf(caller),
    eventTime: isoTime(happened.at),
    eventSource: `${sourceOf(service)}.amazonaws.com`,
    eventName: action,
    awsRegion: happened.region,
    sourceIPAddress: caller.kind === 'service' ? caller.service.service : happened.address,
    userAgent: caller.kind === 'service' ? caller.service.service : happened.userAgent,
    ...(error && { errorCode: error.code, errorMessage: error.message }),
    // A refused call to IAM or STS does not show what it was about.
    requestParameters: isHidden ? null : shownParams(happened.params),
    responseElements: error || !shown ? null : lowerNames(shown),
    requestID: happened.requestId,
    eventID: happened.eventId,
    readOnly: happened.readOnly,
    ...(happened.resources && {
      resources: happened.resources.map((r) => ({
        accountId: r.account,
        type: r.type,
        ARN: r.arn,
      })),
    }),
    eventType: 'AwsApiCall',
    managementEvent: isManagement,
    recipientAccountId: account,
    ...(happened.sharedEventId !== undefined && { sharedEventID: happened.sharedEventId }),
    eventCategory: isManagement ? 'Management' : 'Data',
  }
}

/** Runtime endpoints log under the name of their service. */
const sourceOf = (service: string): string => service.replace(/^bedrock-runtime$/, 'bedrock')

const shownParams = (params: Params): unknown =>
  Object.keys(params).length === 0 ? null : lowerNames(params)

function identityOf(caller: Caller): Params {
  if (caller.kind === 'service') return { type: 'AWSService', invokedBy: caller.service.service }
  const types = { user: 'IAMUser', role: 'AssumedRole', federated: 'FederatedUser' } as const
  const session = sessionOf(caller)
  return {
    type: types[caller.kind],
    principalId: caller.userid,
    arn: caller.arn,
    accountId: caller.account,
    accessKeyId: caller.credential.id,
    ...(caller.kind === 'user' && { userName: caller.entity.name }),
    ...(session && { sessionContext: contextOf(caller, session) }),
    ...(session && session.issuedTo !== '' && { inScopeOf: scopeOf(session.issuedTo) }),
  }
}

function contextOf(caller: Signed, session: Session): Params {
  const { entity } = caller
  const issuer = {
    type: entity.kind === 'role' ? 'Role' : 'IAMUser',
    principalId: entity.id,
    arn: entity.arn,
    accountId: entity.account,
    userName: entity.name,
  }
  return {
    ...(caller.kind !== 'user' && { sessionIssuer: issuer }),
    ...(session.sourceIdentity !== '' && { sourceIdentity: session.sourceIdentity }),
    attributes: { creationDate: isoTime(session.issued), mfaAuthenticated: 'false' },
  }
}

const scopeOf = (arn: string): Params => ({
  issuerType: arn.includes(':instance/') ? 'AWS::EC2::Instance' : 'AWS::Lambda::Function',
  credentialsIssuedTo: arn,
})
