import { awsActuator } from '#infra/aws/actuator.ts'
import { denialPolicy } from '#infra/aws/denials.ts'
import { createFakeAws } from '#infra/fake-aws/fake-aws.ts'
import { memoryAccount, memoryActuator } from '#infra/memory/actuator.ts'
import { actuatorContract, type ActuatorWorld } from './actuator.ts'

actuatorContract('memory', async (): Promise<ActuatorWorld> => {
  const world = memoryAccount('111122223333')
  let made = 0
  const entity = (target: string) => {
    const found = world.entities.get(target)
    if (!found) throw new Error(`${target}: add it first`)
    return found
  }
  return {
    account: world.account,
    actuator: memoryActuator(world, () => 0),
    addUser: async (name) =>
      void world.entities.set(`user/${name}`, { id: `AIDA${name}`, document: null }),
    addRole: async (name) =>
      void world.entities.set(`role/${name}`, { id: `AROA${name}`, document: null }),
    deleteRole: async (name) => void world.entities.delete(`role/${name}`),
    addKey: async () => {
      const key = `AKIAMEMORY${++made}`
      world.keys.set(key, 'Active')
      return key
    },
    statusOf: async (_, key) => world.keys.get(key) ?? 'none',
    setStatus: async (_, key, status) => void world.keys.set(key, status),
    deleteKey: async (_, key) => void world.keys.delete(key),
    policyOn: async (target) => entity(target).document,
    setPolicy: async (target, document) => void (entity(target).document = document),
    next: (mishap) => void world.mishaps.push(mishap),
  }
})

actuatorContract('AWS clients on the fake', async (): Promise<ActuatorWorld> => {
  const account = '111122223333'
  const now = () => Date.parse('2026-05-04T10:00:00Z')
  const aws = await createFakeAws({ seed: 1, now })
  aws.addUser(account, 'responder')
  aws.setPolicy(account, 'user/responder', 'All', allow('*'))
  const own = aws.addKey(account, 'responder')
  const actuator = awsActuator(new Map([[account, accessOf(aws.url, own.key, own.secret)]]), now)
  return {
    account,
    actuator,
    addUser: async (name) => void aws.addUser(account, name),
    addRole: async (name) => void aws.addRole(account, { name, trust }),
    deleteRole: async (name) => {
      aws.setPolicy(account, `role/${name}`, denialPolicy, null)
      const params = { RoleName: name }
      aws.call({ credential: own, service: 'iam', action: 'DeleteRole', params })
    },
    addKey: async (user) => aws.addKey(account, user).key,
    statusOf: async (_, key) => aws.keyStatus(key),
    setStatus: async (_, key, status) => aws.setKeyStatus(key, status),
    deleteKey: async (_, key) => aws.setKeyStatus(key, undefined),
    policyOn: async (target) => aws.policyOn(account, target, denialPolicy),
    setPolicy: async (target, document) => aws.setPolicy(account, target, denialPolicy, document),
    next: aws.next,
    close: async () => {
      actuator.close()
      await aws.close()
    },
  }
})

const accessOf = (endpoint: string, accessKeyId: string, secretAccessKey: string) => ({
  endpoint,
  allowOtherEndpoint: true,
  credentials: { accessKeyId, secretAccessKey },
})

const allow = (action: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
  })

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
})
