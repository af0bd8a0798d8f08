import {
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
  type IAMClient,
  type StatusType,
} from '@aws-sdk/client-iam'
import type { TimedCut } from '#shared/messages/cut.ts'
import { Refused, type Prior, type Standing } from '#shared/ports/actuator.ts'
import { ifThere, told } from './failures.ts'

type KeyCut = Extract<TimedCut, { kind: 'disable-key' }>
type Status = 'Active' | 'Inactive'

const named = ({ key, user, account }: KeyCut): string => `key ${key} of user ${user} in ${account}`

/** undefined: the key or its user does not exist. */
async function statusOf(iam: IAMClient, cut: KeyCut): Promise<Status | undefined> {
  let marker: string | undefined
  // IAM gives a user two keys; the bound is for an answer that never ends.
  for (let page = 0; page < 10; page++) {
    const input = { UserName: cut.user, ...(marker !== undefined && { Marker: marker }) }
    const listed = await ifThere(`reading ${named(cut)}`, () =>
      iam.send(new ListAccessKeysCommand(input)),
    )
    const found = listed?.AccessKeyMetadata?.find(({ AccessKeyId }) => AccessKeyId === cut.key)
    if (found) return found.Status === 'Inactive' ? 'Inactive' : 'Active'
    if (!listed?.IsTruncated) return undefined
    marker = listed.Marker
  }
  return undefined
}

async function statusThere(iam: IAMClient, cut: KeyCut): Promise<Status> {
  const status = await statusOf(iam, cut)
  if (status === undefined) throw new Refused('absent', `${named(cut)} does not exist (any more)`)
  return status
}

/** Gives the request id; '' where it stands so already. */
async function set(iam: IAMClient, cut: KeyCut, wanted: StatusType & Status): Promise<string> {
  if ((await statusThere(iam, cut)) === wanted) return ''
  const { user: UserName, key: AccessKeyId } = cut
  const done = await told(`setting ${named(cut)} ${wanted}`, () =>
    iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: wanted })),
  )
  return done.$metadata.requestId ?? 'unknown'
}

/** Disabling access keys: `iam:UpdateAccessKey`, read back by `iam:ListAccessKeys`. */
export const keys = {
  inspect: async (iam: IAMClient, cut: KeyCut): Promise<Prior> => ({
    kind: 'disable-key',
    status: await statusThere(iam, cut),
  }),
  apply: (iam: IAMClient, cut: KeyCut): Promise<string> => set(iam, cut, 'Inactive'),
  standing: async (iam: IAMClient, cut: KeyCut): Promise<Standing> => {
    const status = await statusOf(iam, cut)
    if (status === undefined) return 'changed-by-others'
    return status === 'Inactive' ? 'in-force' : 'absent'
  },
  undo: (iam: IAMClient, cut: KeyCut, prior: Prior): Promise<string> => {
    if (prior.kind !== 'disable-key')
      throw new Refused('invalid', `${named(cut)}: the prior state is that of another cut`)
    return set(iam, cut, prior.status)
  },
}
