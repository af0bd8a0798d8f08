import {
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam'
import { denialPolicy as PolicyName, type Denying } from './denials.ts'
import { ifThere, told } from './failures.ts'

/** A role or user and the policy under our name on it. All failures are told by what follows from them. */
export type Entity = {
  /** `role deployer in 111122223333`. */
  readonly named: string
  readonly kind: 'role' | 'user'
  /** AWS's unique id. */
  readonly id: () => Promise<string>
  /** null: there is none. */
  readonly policy: () => Promise<string | null>
  /** Both give the request id. */
  readonly put: (document: string) => Promise<string>
  readonly remove: () => Promise<string>
}

/** IAM gives documents encoded as in an address (IAM API Reference, GetRolePolicy). */
const decoded = (document: string | undefined): string | null =>
  document === undefined ? null : decodeURIComponent(document)

type Done = { readonly $metadata: { readonly requestId?: string | undefined } }
const requestOf = ({ $metadata }: Done): string => $metadata.requestId ?? 'unknown'

export function entityOf(iam: IAMClient, cut: Denying): Entity {
  return cut.kind === 'deny-session'
    ? roleOf(iam, cut.role, cut.account)
    : userOf(iam, cut.user, cut.account)
}

function roleOf(iam: IAMClient, RoleName: string, account: string): Entity {
  const named = `role ${RoleName} in ${account}`
  const at = { RoleName, PolicyName }
  return {
    named,
    kind: 'role',
    id: async () =>
      (await told(`reading ${named}`, () => iam.send(new GetRoleCommand({ RoleName })))).Role
        ?.RoleId ?? '',
    policy: async () =>
      decoded(
        (
          await ifThere(`reading ${PolicyName} of ${named}`, () =>
            iam.send(new GetRolePolicyCommand(at)),
          )
        )?.PolicyDocument,
      ),
    put: async (PolicyDocument) =>
      requestOf(
        await told(`writing ${PolicyName} on ${named}`, () =>
          iam.send(new PutRolePolicyCommand({ ...at, PolicyDocument })),
        ),
      ),
    remove: async () =>
      requestOf(
        await told(`removing ${PolicyName} from ${named}`, () =>
          iam.send(new DeleteRolePolicyCommand(at)),
        ),
      ),
  }
}

function userOf(iam: IAMClient, UserName: string, account: string): Entity {
  const named = `user ${UserName} in ${account}`
  const at = { UserName, PolicyName }
  return {
    named,
    kind: 'user',
    id: async () =>
      (await told(`reading ${named}`, () => iam.send(new GetUserCommand({ UserName })))).User
        ?.UserId ?? '',
    policy: async () =>
      decoded(
        (
          await ifThere(`reading ${PolicyName} of ${named}`, () =>
            iam.send(new GetUserPolicyCommand(at)),
          )
        )?.PolicyDocument,
      ),
    put: async (PolicyDocument) =>
      requestOf(
        await told(`writing ${PolicyName} on ${named}`, () =>
          iam.send(new PutUserPolicyCommand({ ...at, PolicyDocument })),
        ),
      ),
    remove: async () =>
      requestOf(
        await told(`removing ${PolicyName} from ${named}`, () =>
          iam.send(new DeleteUserPolicyCommand(at)),
        ),
      ),
  }
}
