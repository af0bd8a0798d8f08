import {
  GetRoleCommand,
  GetUserCommand,
  SimulatePrincipalPolicyCommand,
  type IAMClient,
  type Tag,
} from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { canonicalise } from '#shared/facts/canonical.ts'
import { Refused } from '#shared/ports/actuator.ts'
import type { AwsAccess } from '#shared/ports/aws-access.ts'
import type { Asked, Denied, Permissions, Target } from '#shared/ports/permissions.ts'
import { iamClient, stsClient } from './clients.ts'
import { ifThere, told } from './failures.ts'

/** IAM's policy simulator (IAM API Reference, SimulatePrincipalPolicy): service control policies of an organisation count, session policies do not. */
export function awsPermissions(access: AwsAccess): Permissions {
  const [iam, sts] = [iamClient(access), stsClient(access)]
  return {
    identity: () =>
      told('asking who we are', async () => {
        const { Arn = '' } = await sts.send(new GetCallerIdentityCommand({}))
        return roleOfSession(Arn)
      }),
    target: (principal) => targetOf(iam, principal),
    async denied(identity, asked) {
      const source = await withPath(iam, identity)
      const found: Denied[] = []
      for (const [first, ...more] of Map.groupBy(asked, circumstances).values())
        if (first) found.push(...(await deniedOn(iam, source, [first, ...more])))
      return found
    },
    close() {
      iam.destroy()
      sts.destroy()
    },
  }
}

/** What is asked of one resource, with the same tags, is asked at once. */
const circumstances = ({ resource, tags = {} }: Asked): string => canonicalise([resource, tags])

async function deniedOn(
  iam: IAMClient,
  source: string,
  all: readonly [Asked, ...Asked[]],
): Promise<Denied[]> {
  const [{ resource, tags = {} }] = all
  const command = new SimulatePrincipalPolicyCommand({
    PolicySourceArn: source,
    ActionNames: all.map(({ action }) => action),
    ResourceArns: [resource],
    ContextEntries: Object.entries(tags).map(([key, value]) => ({
      ContextKeyName: `iam:ResourceTag/${key}`,
      ContextKeyType: 'string',
      ContextKeyValues: [value],
    })),
  })
  const { EvaluationResults = [] } = await told('asking the policy simulator', () =>
    iam.send(command),
  )
  const decisions = new Map(
    EvaluationResults.map(({ EvalActionName, EvalDecision }) => [EvalActionName, EvalDecision]),
  )
  return all
    .filter(({ action }) => decisions.get(action) !== 'allowed')
    .map((each) => ({ ...each, isExplicit: decisions.get(each.action) === 'explicitDeny' }))
}

async function targetOf(iam: IAMClient, principal: string): Promise<Target | undefined> {
  const [account, kind, name = ''] = principal.split('/')
  const doing = `reading ${kind} ${name} in ${account}`
  const found =
    kind === 'role'
      ? (await ifThere(doing, () => iam.send(new GetRoleCommand({ RoleName: name }))))?.Role
      : (await ifThere(doing, () => iam.send(new GetUserCommand({ UserName: name }))))?.User
  return found?.Arn === undefined ? undefined : { arn: found.Arn, tags: tagsOf(found.Tags) }
}

const tagsOf = (tags: readonly Tag[] = []): Target['tags'] =>
  Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))

/** The simulator knows roles, not their sessions. */
const roleOfSession = (arn: string): string =>
  arn.replace(/^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\/.*$/, 'arn:aws:iam::$1:role/$2')

/** The path of a role does not stand in the ARN of its session: it is looked up where we may, and else taken for none. */
async function withPath(iam: IAMClient, identity: string): Promise<string> {
  const [, account, name] = /^arn:aws:iam::(\d{12}):role\/([^/]+)$/.exec(identity) ?? []
  if (name === undefined) return identity
  try {
    return (await targetOf(iam, `${account}/role/${name}`))?.arn ?? identity
  } catch (error) {
    if (error instanceof Refused) return identity
    throw error
  }
}
