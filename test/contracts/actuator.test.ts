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
