import { lastPart } from '#shared/facts/arn.ts'
import type { Deed, DeedKind } from '#shared/messages/deed.ts'
import type { Call } from '../call.ts'
import { fields, isCut, list, plain, text } from '../fields.ts'
import { granteesOf } from '../grantees.ts'
import { parsePolicy, powerOverResource, type Policy } from '../policies.ts'
import { thing } from './audit.ts'
import { deed, spoken, spokenGrantees, type DeedReader, type DeedTable } from './deed.ts'

type Target = (call: Call) => string

/** The first of the named parameters that is there. An empty one is a flag, as S3 writes `policy: ""`. */
const document =
  (...names: readonly string[]) =>
  ({ params }: Call): unknown => {
    if (isCut(params)) return params
    for (const name of names) {
      const value = name.split('.').reduce<unknown>((inner, part) => fields(inner)[part], params)
      if (value !== undefined && value !== null && value !== '') return value
    }
    return undefined
  }

/** What a policy on a thing says to strangers. Without strangers it is an undo at most, and no grant. */
export function sharedBy(
  call: Call,
  kind: DeedKind,
  target: string,
  policy: Policy,
): readonly Deed[] {
  if (policy.document === 'none') return []
  const { grantee, to } = granteesOf(policy, call)
  const name = spoken(target)
  if (policy.document === 'cut') {
    const says = `changed the policy of ${name}, whose text is left out`
    return [deed(call, kind, target, says, { power: 'unknown', document: 'cut' })]
  }
  if (grantee === 'none')
    return [
      deed(call, kind, target, `changed the policy of ${name}`, {
        document: 'whole',
        effect: 'restores',
      }),
    ]
  const who = spokenGrantees({ grantee, to })
  return [
    deed(call, kind, target, `opened ${name} to ${who}`, {
      grantee,
      to,
      power: powerOverResource(policy),
      document: 'whole',
      effect: 'weakens',
    }),
  ]
}

const policyOn =
  (target: Target, ...names: readonly string[]): DeedReader =>
  (call) =>
    sharedBy(call, 'shared-outside', target(call), parsePolicy(document(...names)(call)))

const removed =
  (target: Target): DeedReader =>
  (call) => [
    deed(
      call,
      'shared-outside',
      target(call),
      `took the policy from ${target(call).replace('/', ' ')}`,
      {
        effect: 'restores',
      },
    ),
  ]

/** The attribute of SNS is named by one parameter and written in another. */
const topicPolicy: DeedReader = (call) =>
  text(call.params['attributeName']) === 'Policy' ? policyOn(topic, 'attributeValue')(call) : []

const bucket = thing('bucket', 'bucketName')
const queue = thing('queue', 'queueUrl', 'queueName')
const topic = thing('topic', 'topicArn', 'name')
const key: Target = ({ params, response }) =>
  `key/${lastPart(text(params['keyId']) || text(fields(response['keyMetadata'])['keyId'])) || '-'}`
const domain = thing('domain', 'domainName')

/** Groups of S3 that mean everyone, or everyone with any AWS account (S3 User Guide, "ACL overview"). */
const publicGroup = /groups\/global\/(?:AllUsers|AuthenticatedUsers)/
const publicAcl = /public-read|authenticated-read/

/** Access by list: canned names in headers, or grants to groups. Canonical ids belong to nobody that can be named. */
const acl =
  (target: Target): DeedReader =>
  (call) => {
    const { params } = call
    const canned = list(params['x-amz-acl']).map(plain).join(' ')
    const control = fields(params['AccessControlPolicy'])
    const grants = list(fields(control['AccessControlList'])['Grant']).map((grant) =>
      plain(fields(fields(grant)['Grantee'])['URI']),
    )
    const headers = [
      'x-amz-grant-read',
      'x-amz-grant-write',
      'x-amz-grant-full-control',
      'x-amz-grant-read-acp',
    ]
    const said = headers.flatMap((header) => list(params[header]).map(plain))
    const open =
      publicAcl.test(canned) || [...grants, ...said].some((grant) => publicGroup.test(grant))
    const name = target(call)
    if (!open)
      return [
        deed(call, 'shared-outside', name, `changed the access list of ${name.replace('/', ' ')}`, {
          effect: 'restores',
        }),
      ]
    return [
      deed(call, 'shared-outside', name, `opened ${name.replace('/', ' ')} to everyone`, {
        grantee: 'everyone',
        to: ['*'],
        power: 'some',
        effect: 'weakens',
      }),
    ]
  }

const object: Target = ({ params }) => `object/${text(params['bucketName'])}/${text(params['key'])}`

/** Policies that lie on things (each service's API Reference names the parameter). */
export const resourcePolicies: DeedTable = {
  's3:PutBucketPolicy': policyOn(bucket, 'bucketPolicy', 'policy'),
  's3:DeleteBucketPolicy': removed(bucket),
  's3:PutBucketAcl': acl(bucket),
  's3:PutObjectAcl': acl(object),
  's3:PutAccessPointPolicy': policyOn(
    thing('access-point', 'name'),
    'PutAccessPointPolicyRequest.Policy',
    'policy',
  ),
  'kms:PutKeyPolicy': policyOn(key, 'policy'),
  'kms:CreateKey': policyOn(key, 'policy'),
  'sqs:SetQueueAttributes': policyOn(queue, 'attributes.Policy'),
  'sqs:CreateQueue': policyOn(queue, 'attributes.Policy', 'attribute.Policy'),
  'sns:SetTopicAttributes': topicPolicy,
  'sns:CreateTopic': policyOn(topic, 'attributes.Policy'),
  'secretsmanager:PutResourcePolicy': policyOn(thing('secret', 'secretId'), 'resourcePolicy'),
  'secretsmanager:DeleteResourcePolicy': removed(thing('secret', 'secretId')),
  'ecr:SetRepositoryPolicy': policyOn(thing('repository', 'repositoryName'), 'policyText'),
  'ecr:PutRegistryPolicy': policyOn(thing('registry', 'registryId'), 'policyText'),
  'ecr:DeleteRepositoryPolicy': removed(thing('repository', 'repositoryName')),
  'glacier:SetVaultAccessPolicy': policyOn(thing('vault', 'vaultName'), 'policy.policy', 'policy'),
  'glue:PutResourcePolicy': policyOn(({ account }) => `data-catalog/${account}`, 'policyInJson'),
  'es:CreateElasticsearchDomain': policyOn(domain, 'accessPolicies'),
  'es:UpdateElasticsearchDomainConfig': policyOn(domain, 'accessPolicies'),
  'es:CreateDomain': policyOn(domain, 'accessPolicies'),
  'es:UpdateDomainConfig': policyOn(domain, 'accessPolicies'),
  'elasticfilesystem:PutFileSystemPolicy': policyOn(thing('file-system', 'fileSystemId'), 'policy'),
  'backup:PutBackupVaultAccessPolicy': policyOn(thing('vault', 'backupVaultName'), 'policy'),
  'dynamodb:PutResourcePolicy': policyOn(thing('table', 'resourceArn'), 'policy'),
  'logs:PutDestinationPolicy': policyOn(
    thing('log-destination', 'destinationName'),
    'accessPolicy',
  ),
  'events:PutPermission': policyOn(thing('event-bus', 'eventBusName'), 'policy'),
  'ses:PutIdentityPolicy': policyOn(thing('identity', 'identity'), 'policy'),
  'mediastore:PutContainerPolicy': policyOn(thing('container', 'containerName'), 'policy'),
  'codeartifact:PutRepositoryPermissionsPolicy': policyOn(
    thing('repository', 'repository'),
    'policyDocument',
  ),
}
