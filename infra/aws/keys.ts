import {
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
  type IAMClient,
  type StatusType,
} from '@aws-sdk/client-iam'
import { Refused, type Action, type Prior, type Standing } from '#shared/ports/actuator.ts'
import { ifThere, told } from './failures.ts'

type KeyAction = Extract<Action, { kind: 'disable-key' }>
type Status = 'Active' | 'Inactive'

const named = ({ key, user, account }: KeyAction): string =>
  `key ${key} of user ${user} in ${account}`

/** undefined: the key or its user does not exist. */
async function statusOf(iam: IAMClient, action: KeyAction): Promise<Status | undefined> {
  let marker: string | undefined
  // IAM gives a user two keys; the bound is for an answer that never ends.
  for (let page = 0; page < 10; page++) {
    const input = { UserName: action.user, ...(marker !== undefined && { Marker: marker }) }
    const listed = await ifThere(`reading ${named(action)}`, () =>
      iam.send(new ListAccessKeysCommand(input)),
    )
    const found = listed?.AccessKeyMetadata?.find(({ AccessKeyId }) => AccessKeyId === action.key)
    if (found) return found.Status === 'Inactive' ? 'Inactive' : 'Active'
    if (!listed?.IsTruncated) return undefined
    marker = listed.Marker
  }
  return undefined
}

async function statusThere(iam: IAMClient, action: KeyAction): Promise<Status> {
  const status = await statusOf(iam, action)
  if (status === undefined)
    throw new Refused('absent', `${named(action)} does not exist (any more)`)
  return status
}

/** Gives the request id; '' where it stands so already. */
async function set(
  iam: IAMClient,
  action: KeyAction,
  wanted: StatusType & Status,
): Promise<string> {
  if ((await statusThere(iam, action)) === wanted) return ''
  const { user: UserName, key: AccessKeyId } = action
  const done = await told(`setting ${named(action)} ${wanted}`, () =>
    iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: wanted })),
  )
  return done.$metadata.requestId ?? 'unknown'
}

/** Disabling access keys: `iam:UpdateAccessKey`, read back by `iam:ListAccessKeys`. */
export const keys = {
  inspect: async (iam: IAMClient, action: KeyAction): Promise<Prior> => ({
    kind: 'disable-key',
    status: await statusThere(iam, action),
  }),
  apply: (iam: IAMClient, action: KeyAction): Promise<string> => set(iam, action, 'Inactive'),
  standing: async (iam: IAMClient, action: KeyAction): Promise<Standing> => {
    const status = await statusOf(iam, action)
    if (status === undefined) return 'changed-by-others'
    return status === 'Inactive' ? 'in-force' : 'absent'
  },
  undo: (iam: IAMClient, action: KeyAction, prior: Prior): Promise<string> => {
    if (prior.kind !== 'disable-key')
      throw new Refused('invalid', `${named(action)}: the prior state is that of another action`)
    return set(iam, action, prior.status)
  },
}
