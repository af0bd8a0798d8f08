import { awsPermissions } from '#infra/aws/permissions.ts'
import { createFakeAws } from '#infra/fake-aws/fake-aws.ts'
import { policyOf, verdictOf, type Policy } from '#infra/fake-aws/policy.ts'
import { memoryPermissions } from '#infra/memory/permissions.ts'
import type { Target } from '#shared/ports/permissions.ts'
import { permissionsContract, type PermissionsWorld, type Statement } from './permissions.ts'

const account = '111122223333'
const us = `arn:aws:iam::${account}:role/keytrail-responder`

const documentOf = (statements: readonly Statement[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(({ effect, actions, roles, tag }) => ({
      Effect: effect,
      Action: actions,
      Resource: roles.startsWith('arn:') ? roles : `arn:aws:iam::${account}:${roles}`,
      ...(tag && { Condition: { StringEquals: { [`iam:ResourceTag/${tag[0]}`]: tag[1] } } }),
    })),
  })

permissionsContract('memory', async (): Promise<PermissionsWorld> => {
  const targets = new Map<string, Target>()
  let policy: Policy = []
  let mayAsk = true
  const permissions = memoryPermissions({
    identity: us,
    targets,
    mayAsk: () => mayAsk,
    verdict: ({ action, resource, tags = {} }) => {
      const context = new Map(
        Object.entries(tags).map(([key, value]) => [`iam:resourcetag/${key}`, [value]]),
      )
      return verdictOf([policy], { action, resource, context })
    },
  })
  return await Promise.resolve({
    account,
    permissions,
    setPolicy: (statements) => void (policy = policyOf(documentOf(statements))),
    setMayAsk: (may) => void (mayAsk = may),
    addRole: async (name, path, tags) => {
      targets.set(`${account}/role/${name}`, {
        arn: `arn:aws:iam::${account}:role${path}${name}`,
        tags,
      })
      return await Promise.resolve()
    },
  })
})

const trust = (service: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  })

permissionsContract('AWS clients on the fake', async (): Promise<PermissionsWorld> => {
  const now = () => Date.parse('2026-05-04T10:00:00Z')
  const aws = await createFakeAws({ seed: 3, now, propagation: [0, 0] })
  const role = aws.addRole(account, {
    name: 'keytrail-responder',
    trust: trust('ec2.amazonaws.com'),
  })
  const {
    key,
    secret,
    token = '',
  } = aws.assumeRole(
    { service: 'ec2.amazonaws.com' },
    { RoleArn: role.arn, RoleSessionName: 'keytrail' },
  )
  aws.addUser(account, 'admin')
  aws.setPolicy(
    account,
    'user/admin',
    'All',
    documentOf([{ effect: 'Allow', actions: ['iam:*'], roles: '*' }]),
  )
  const admin = aws.addKey(account, 'admin')
  const own = (name: string, document: string | null): void =>
    aws.setPolicy(account, 'role/keytrail-responder', name, document)
  const permissions = awsPermissions({
    endpoint: aws.url,
    allowOtherEndpoint: true,
    credentials: { accessKeyId: key, secretAccessKey: secret, sessionToken: token },
  })
  return {
    account,
    permissions,
    setPolicy: (statements) => own('Work', documentOf(statements)),
    setMayAsk: (may) =>
      own(
        'Ask',
        may
          ? documentOf([
              { effect: 'Allow', actions: ['iam:SimulatePrincipalPolicy'], roles: 'role/*' },
            ])
          : null,
      ),
    addRole: async (name, path, tags) => {
      aws.addRole(account, { name, path, trust: trust('lambda.amazonaws.com') })
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
      const params = { RoleName: name, Tags }
      const answer = aws.call({ credential: admin, service: 'iam', action: 'TagRole', params })
      if (!answer.ok) throw new Error(answer.message)
      return await Promise.resolve()
    },
    close: async () => {
      permissions.close()
      await aws.close()
    },
  }
})
