import { lastPart } from '#shared/facts/arn.ts'
import type { Call } from './call.ts'
import { fields, list, plain, text, type Fields } from './fields.ts'

/** Request parameters that name the one thing a call is about, most telling first, and the kind of that thing. */
const named: readonly (readonly [string, string])[] = [
  ['roleName', 'role'],
  ['roleArn', 'role'],
  ['userName', 'user'],
  ['groupName', 'group'],
  ['policyArn', 'policy'],
  ['instanceProfileName', 'instance-profile'],
  ['instanceId', 'instance'],
  ['functionName', 'function'],
  ['bucketName', 'bucket'],
  ['secretId', 'secret'],
  ['trailName', 'trail'],
  ['detectorId', 'detector'],
  ['keyId', 'key'],
  ['queueUrl', 'queue'],
  ['topicArn', 'topic'],
  ['repositoryName', 'repository'],
  ['tableName', 'table'],
  ['snapshotId', 'snapshot'],
  ['imageId', 'image'],
  ['volumeId', 'volume'],
  ['groupId', 'security-group'],
  ['dBSnapshotIdentifier', 'db-snapshot'],
  ['dBClusterSnapshotIdentifier', 'db-snapshot'],
  ['dBInstanceIdentifier', 'db'],
  ['dBClusterIdentifier', 'db'],
  ['clusterName', 'cluster'],
  ['stackName', 'stack'],
  ['logGroupName', 'log-group'],
  ['documentName', 'document'],
  ['target', 'instance'],
]

/** `name` and `names` say different kinds of thing in different services. */
const nameOfService: Readonly<Record<string, string>> = {
  cloudtrail: 'trail',
  ssm: 'parameter',
  events: 'rule',
  rolesanywhere: 'trust-anchor',
  secretsmanager: 'secret',
  ecs: 'service',
}

/** Kinds that IAM's refusals write as a bare word: `… on resource: user bob`. */
const bareKind = /^(user|role|group|policy|instance) (.+)$/

/** The instance that a call of EC2 names in its list, if it names exactly one. */
function onlyInstance(params: Fields): string {
  const ids = list(params['instancesSet']).map((item) => text(fields(item)['instanceId']))
  const [id = ''] = ids
  return ids.length === 1 && id !== '' ? `instance/${id}` : ''
}

/** `log-group:/aws/lambda/api:log-stream:…` → the group: streams are without number. */
function targetOfLogs(resource: string): string {
  const [kind = '', name = ''] = resource.split(':')
  return kind === '' || name === '' ? '' : `${kind}/${lastPart(name)}`
}

/** `kind/name` of an ARN's resource: `arn:aws:iam::111122223333:role/path/deploy` → `role/deploy`. */
export function targetOfArn(arn: string): string {
  const resource = arn.split(':').slice(5).join(':')
  const service = arn.split(':')[2] ?? ''
  if (service === 's3') return resource === '' ? '' : `bucket/${resource.split('/')[0] ?? ''}`
  if (service === 'logs') return targetOfLogs(resource)
  const kind = /^[a-z-]+(?=[:/])/.exec(resource)?.[0] ?? ''
  return kind === '' ? '' : `${kind}/${lastPart(resource)}`
}

/**
 * What a refusal names: `User: … is not authorized to perform: iam:GetUser on resource: user bob because …`. IAM leaves
 * requestParameters out of its refusals, so the thing stands only here (SEMANTICS A6).
 */
export function targetOfMessage(message: string): string {
  const at = message.indexOf('on resource: ')
  if (at < 0) return ''
  const rest =
    message
      .slice(at + 'on resource: '.length)
      .split(' because ')[0]
      ?.trim() ?? ''
  if (rest.startsWith('arn:')) return targetOfArn(rest.split(' ')[0] ?? '')
  const bare = bareKind.exec(rest)
  return bare ? `${bare[1]}/${lastPart(bare[2] ?? '')}` : ''
}

/** The one thing that a control-plane call names, as `kind/name`; '' where it names none or its name is hidden. */
export function targetOf({ service, params, message }: Call): string {
  for (const [parameter, kind] of named) {
    const value = params[parameter]
    if (typeof value === 'string' && value !== '') return `${kind}/${lastPart(value)}`
  }
  const kind = nameOfService[service]
  const name = kind ? plain(params['name']) : ''
  if (kind && name !== '') return `${kind}/${lastPart(name)}`
  return onlyInstance(params) || targetOfMessage(message)
}
