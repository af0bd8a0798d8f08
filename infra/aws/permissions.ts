import { SimulatePrincipalPolicyCommand, type IAMClient } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import type { AwsAccess } from '#shared/ports/aws-access.ts'
import type { Asked, Permissions } from '#shared/ports/permissions.ts'
import { iamClient, stsClient } from './clients.ts'
import { told } from './failures.ts'

/** IAM's policy simulator (IAM API Reference, SimulatePrincipalPolicy): service control policies of an organisation count, session policies do not. */
export function awsPermissions(access: AwsAccess): Permissions {
  const [iam, sts] = [iamClient(access), stsClient(access)]
  return {
    identity: () =>
      told('asking who we are', async () => {
        const { Arn = '' } = await sts.send(new GetCallerIdentityCommand({}))
        return sourceOf(Arn)
      }),
    async denied(identity, asked) {
      const found: Asked[] = []
      for (const [resource, all] of Map.groupBy(asked, (each) => each.resource)) {
        const allowed = await allowedOn(iam, identity, resource, all)
        found.push(...all.filter(({ action }) => !allowed.has(action)))
      }
      return found
    },
    close() {
      iam.destroy()
      sts.destroy()
    },
  }
}

async function allowedOn(
  iam: IAMClient,
  identity: string,
  resource: string,
  asked: readonly Asked[],
): Promise<ReadonlySet<string>> {
  const command = new SimulatePrincipalPolicyCommand({
    PolicySourceArn: identity,
    ActionNames: asked.map(({ action }) => action),
    ResourceArns: [resource],
  })
  const answer = await told('asking the policy simulator', () => iam.send(command))
  return new Set(
    (answer.EvaluationResults ?? [])
      .filter(({ EvalDecision }) => EvalDecision === 'allowed')
      .map(({ EvalActionName = '' }) => EvalActionName),
  )
}

/** The simulator knows roles, not their sessions. The path of a role does not stand in the ARN of a session. */
const sourceOf = (arn: string): string =>
  arn.replace(/^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\/.*$/, 'arn:aws:iam::$1:role/$2')
