import type { Deed } from '#shared/messages/deed.ts'
import type { Call } from '../call.ts'
import { fields, firstText, isFalse, isTrue, list, plain, text, texts } from '../fields.ts'
import { thing } from './audit.ts'
import {
  accountOf,
  deed,
  isOutside,
  sortedSome,
  spoken,
  spokenGrantees,
  type DeedReader,
  type DeedTable,
} from './deed.ts'

type Target = (call: Call) => string

/** Words for everyone in lists of accounts. */
const everyone: ReadonlySet<string> = new Set(['all', '*'])

/** Accounts added to, and taken from, the list of those who may use a thing. */
function shared(
  call: Call,
  target: string,
  added: readonly string[],
  taken: readonly string[],
): readonly Deed[] {
  const name = spoken(target)
  const open = added.some((who) => everyone.has(who))
  const outside = sortedSome(
    added.filter((who) => isOutside(accountOf(who), call) && !who.includes(':organizations:')),
  )
  if (open || outside.length > 0) {
    const gain = open
      ? ({ grantee: 'everyone', to: ['*'] } as const)
      : ({ grantee: 'outside', to: outside } as const)
    const says = `shared ${name} with ${spokenGrantees(gain)}`
    return [
      deed(call, 'shared-outside', target, says, { ...gain, power: 'some', effect: 'weakens' }),
    ]
  }
  return taken.length > 0
    ? [deed(call, 'shared-outside', target, `took ${name} back`, { effect: 'restores' })]
    : []
}

/** Whom EC2's permission lists name: accounts, the group `all`, or organisations (left out: they are our own). */
const listed = (permissions: unknown): readonly string[] =>
  list(permissions).flatMap((item) => {
    const { userId, group } = fields(item)
    return [plain(userId), plain(group)].filter(Boolean)
  })

const permission =
  (target: Target, name: string): DeedReader =>
  (call) => {
    const change = fields(call.params[name])
    return shared(call, target(call), listed(change['add']), listed(change['remove']))
  }

const values =
  (target: Target, add: string, remove: string): DeedReader =>
  (call) =>
    shared(call, target(call), texts(call.params[add]), texts(call.params[remove]))

/** `restore` is the only attribute that shares (RDS API Reference, ModifyDBSnapshotAttribute). */
const restorable: DeedReader = (call) =>
  firstText(call.params, 'attributeName') === 'restore' ||
  firstText(call.params, 'attributeName') === ''
    ? values(dbSnapshot, 'valuesToAdd', 'valuesToRemove')(call)
    : []

const dbSnapshot = thing('db-snapshot', 'dBSnapshotIdentifier', 'dBClusterSnapshotIdentifier')

/** A grant lets a principal use a key until it is retired (KMS Developer Guide, "grants"). */
const keyGrant: DeedReader = (call) =>
  shared(call, thing('key', 'keyId')(call), [text(call.params['granteePrincipal'])], [])

/** Query-protocol calls name accounts in a list of their own. */
const permissionAdded =
  (target: Target): DeedReader =>
  (call) =>
    shared(
      call,
      target(call),
      [...texts(call.params['aWSAccountIds']), ...texts(call.params['aWSAccountId'])],
      [],
    )

const back =
  (target: Target): DeedReader =>
  (call) =>
    shared(call, target(call), [], ['-'])

const image: DeedReader = (call) =>
  isTrue(call.params['shareImage'])
    ? shared(
        call,
        thing('workspace-image', 'imageId')(call),
        [text(call.params['sharedAccountId'])],
        [],
      )
    : []

/** Replication to a bucket of another account takes the objects out (S3 API Reference, PutBucketReplication). */
const replication: DeedReader = (call) => {
  const configuration = fields(call.params['ReplicationConfiguration'])
  const accounts = list(configuration['Rule']).map((rule) =>
    plain(fields(fields(rule)['Destination'])['Account']),
  )
  return shared(call, thing('bucket', 'bucketName')(call), accounts, [])
}

/** Everyone reads the build logs and artifacts of a public project (CodeBuild User Guide, "public build projects"). */
const visibility: DeedReader = (call) =>
  shared(
    call,
    thing('build-project', 'projectArn')(call),
    text(call.params['projectVisibility']) === 'PUBLIC_READ' ? ['*'] : [],
    ['-'],
  )

/** Without external principals a share ends at the organisation, and organisations can only be our own (RAM API Reference). */
const resourceShare: DeedReader = (call) => {
  if (isFalse(call.params['allowExternalPrincipals'])) return []
  const principals = texts(call.params['principals'])
  return shared(call, thing('resource-share', 'name', 'resourceShareArn')(call), principals, [])
}

const queue = thing('queue', 'queueUrl')
const topic = thing('topic', 'topicArn')

/** Calls that share a thing with accounts by name. */
export const sharing: DeedTable = {
  'ec2:ModifySnapshotAttribute': permission(
    thing('snapshot', 'snapshotId'),
    'createVolumePermission',
  ),
  'ec2:ModifyImageAttribute': permission(thing('image', 'imageId'), 'launchPermission'),
  'ec2:ModifyFpgaImageAttribute': permission(thing('image', 'fpgaImageId'), 'loadPermission'),
  'ec2:ResetImageAttribute': back(thing('image', 'imageId')),
  'ec2:ResetSnapshotAttribute': back(thing('snapshot', 'snapshotId')),
  'rds:ModifyDBSnapshotAttribute': restorable,
  'rds:ModifyDBClusterSnapshotAttribute': restorable,
  'redshift:AuthorizeSnapshotAccess': values(
    thing('snapshot', 'snapshotIdentifier'),
    'accountWithRestoreAccess',
    '-',
  ),
  'redshift:RevokeSnapshotAccess': values(
    thing('snapshot', 'snapshotIdentifier'),
    '-',
    'accountWithRestoreAccess',
  ),
  'kms:CreateGrant': keyGrant,
  'sqs:AddPermission': permissionAdded(queue),
  'sqs:RemovePermission': back(queue),
  'sns:AddPermission': permissionAdded(topic),
  'sns:RemovePermission': back(topic),
  'ssm:ModifyDocumentPermission': values(
    thing('document', 'name'),
    'accountIdsToAdd',
    'accountIdsToRemove',
  ),
  'ram:CreateResourceShare': resourceShare,
  'ram:AssociateResourceShare': resourceShare,
  'ram:DisassociateResourceShare': values(
    thing('resource-share', 'resourceShareArn'),
    '-',
    'principals',
  ),
  'workspaces:UpdateWorkspaceImagePermission': image,
  's3:PutBucketReplication': replication,
  'codebuild:UpdateProjectVisibility': visibility,
}
