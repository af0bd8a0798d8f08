import type { Verdict } from '#shared/messages/finding.ts'
import type { DeedFact, SessionFacts } from '#shared/messages/session-facts.ts'
import type { Detection } from '../detection.ts'
import { done, groupBy, letsOutsidersIn, verdictOn } from '../judging.ts'
import { call, document, home, outsider, refused, user } from '../records.ts'

const judge = (facts: SessionFacts): Verdict[] =>
  groupBy(done(facts, 'shared-outside').filter(letsOutsidersIn), unitOf).map(([unit, deeds]) =>
    verdictOn(deeds, {
      unit,
      severity: 'high',
      tags: deeds.map(({ account }) => `taken:${account}`),
      ...(deeds.every(({ grantee }) => grantee === 'outside') && {
        unknown: ['whether the outside account belongs to the same organisation'],
      }),
    }),
  )

/** The thing that was shared; objects of one bucket are one thing, however many they are. */
function unitOf({ account, target }: DeedFact): string {
  const [kind = '', bucket = ''] = target.split('/')
  return kind === 'object' ? `${account}/objects of ${bucket}` : `${account}/${target}`
}

const alice = user('alice')

const bucketPolicy = (principal: unknown) =>
  call('s3:PutBucketPolicy', {
    by: alice,
    params: {
      bucketName: 'reports',
      bucketPolicy: JSON.parse(
        document({
          Effect: 'Allow',
          Principal: principal,
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::reports/*',
        }),
      ),
    },
  })

const snapshotShare = (change: 'add' | 'remove') => ({
  by: alice,
  params: {
    snapshotId: 'snap-0aaaaaaaaaaaaaa10',
    attributeType: 'CREATE_VOLUME_PERMISSION',
    createVolumePermission: { [change]: { items: [{ userId: outsider }] } },
  },
})

export const dataSharedOutside: Detection = {
  id: 'data-shared-outside',
  version: 1,
  title: 'Data shared with another account',
  severity: 'high',
  attack: ['T1537'],
  why: 'A snapshot, an image or a bucket that another account may read is copied there without a byte leaving by the network.',
  falseAlarms:
    'Accounts of the same organisation and partners are shared with on purpose, as are public websites. Taking a share back is nothing.',
  reads: ['deeds'],
  wait: '',
  withdrawnBy: 'Nothing: a copy may have been made before the share was taken back.',
  judge,
  fires: [
    {
      when: 'a snapshot is shared with another account',
      records: [call('ec2:ModifySnapshotAttribute', snapshotShare('add'))],
    },
    {
      when: 'a bucket may be read by another account',
      records: [bucketPolicy({ AWS: `arn:aws:iam::${outsider}:root` })],
    },
    { when: 'a bucket may be read by everyone', records: [bucketPolicy('*')] },
  ],
  silent: [
    {
      when: 'the share is taken back',
      records: [call('ec2:ModifySnapshotAttribute', snapshotShare('remove'))],
    },
    {
      when: 'a bucket may be read by our own roles',
      records: [bucketPolicy({ AWS: `arn:aws:iam::${home}:role/reporting` })],
    },
    {
      when: 'sharing is refused',
      records: [refused('ec2:ModifySnapshotAttribute', snapshotShare('add'))],
    },
  ],
}
