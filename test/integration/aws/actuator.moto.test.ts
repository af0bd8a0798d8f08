import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  ListAccessKeysCommand,
  PutRolePolicyCommand,
  UpdateAccessKeyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam'
import { awsActuator } from '#infra/aws/actuator.ts'
import { iamClient } from '#infra/aws/clients.ts'
import { denialPolicy as PolicyName } from '#infra/aws/denials.ts'
import { actuatorContract, type ActuatorWorld } from '#test/contracts/actuator.ts'
import { mishapsBefore } from './mishaps.ts'
import { startMoto } from './moto.ts'

/** Account that moto plays when it is told nothing else. */
const account = '123456789012'

actuatorContract('AWS clients on moto', async (): Promise<ActuatorWorld> => {
  const moto = await startMoto()
  const before = await mishapsBefore(moto.url)
  const accessTo = (endpoint: string) => ({
    endpoint,
    allowOtherEndpoint: true,
    credentials: { accessKeyId: 'AKIAMOTO', secretAccessKey: 'moto' },
  })
  const iam = iamClient(accessTo(moto.url))
  const actuator = awsActuator(new Map([[account, accessTo(before.url)]]), () =>
    Date.parse('2026-05-04T10:00:00Z'),
  )
  return {
    account,
    actuator,
    ...worldOf(iam),
    next: before.next,
    close: async () => {
      actuator.close()
      iam.destroy()
      await before.close()
      await moto.close()
    },
  }
})

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
})

type World = Omit<ActuatorWorld, 'account' | 'actuator' | 'next' | 'close'>

/** What the contract asks of an account, by the same client that the actuator uses. */
const worldOf = (iam: IAMClient): World => ({
  addUser: async (UserName) => void (await iam.send(new CreateUserCommand({ UserName }))),
  addRole: async (RoleName) =>
    void (await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }))),
  deleteRole: async (RoleName) => {
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }))
    await iam.send(new DeleteRoleCommand({ RoleName }))
  },
  addKey: async (UserName) =>
    (await iam.send(new CreateAccessKeyCommand({ UserName }))).AccessKey?.AccessKeyId ?? '',
  statusOf: async (UserName, key) => {
    const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }))
    return AccessKeyMetadata.find(({ AccessKeyId }) => AccessKeyId === key)?.Status ?? 'none'
  },
  setStatus: async (UserName, AccessKeyId, Status) =>
    void (await iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status }))),
  deleteKey: async (UserName, AccessKeyId) =>
    void (await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }))),
  policyOn: (target) => policyOn(iam, target),
  setPolicy: async (target, PolicyDocument) => {
    const at = { RoleName: target.slice(target.indexOf('/') + 1), PolicyName }
    if (PolicyDocument === null) await iam.send(new DeleteRolePolicyCommand(at))
    else await iam.send(new PutRolePolicyCommand({ ...at, PolicyDocument }))
  },
})

async function policyOn(iam: IAMClient, target: string): Promise<string | null> {
  const [kind, name = ''] = target.split('/')
  try {
    const { PolicyDocument = '' } =
      kind === 'role'
        ? await iam.send(new GetRolePolicyCommand({ RoleName: name, PolicyName }))
        : await iam.send(new GetUserPolicyCommand({ UserName: name, PolicyName }))
    return decodeURIComponent(PolicyDocument)
  } catch (error) {
    if ((error as Error).name.startsWith('NoSuchEntity')) return null
    throw error
  }
}
