import { Transient } from '#shared/errors.ts'
import {
  Refused,
  type Action,
  type Actuator,
  type Prior,
  type Standing,
} from '#shared/ports/actuator.ts'
import {
  denialPolicy,
  denialsOf,
  documentOf,
  everySession,
  issuedBeforeOf,
  noDenials,
  standingOf,
  withDenial,
  withoutDenial,
  type Denials,
  type Denying,
} from '../aws/denials.ts'

type KeyStatus = 'Active' | 'Inactive'
type Entity = { readonly id: string; document: string | null }

/** An account in memory, as its owner and everybody but the actuator sees it. Names: `user/NAME`, `role/NAME`. */
export type MemoryAccount = {
  readonly account: string
  /** Key id → status; the user is not kept: ids are unique. */
  readonly keys: Map<string, KeyStatus>
  readonly entities: Map<string, Entity>
  /** What happens to the next calls that write, first come first served; nothing when empty. */
  readonly mishaps: ('throttled' | 'answer-lost')[]
  /** Every change that was made, in order: `order kind target`. */
  readonly changes: string[]
}

export function memoryAccount(account: string): MemoryAccount {
  return { account, keys: new Map(), entities: new Map(), mishaps: [], changes: [] }
}

/**
 * An actuator over an account in memory, for tests of whoever gives orders: it cuts nothing real, and keeps the contract
 * in everything that is not IAM's own.
 */
export function memoryActuator(world: MemoryAccount, now: () => number): Actuator {
  const principal = `${world.account}/role/keytrail-responder/keytrail`
  const inWorld = (action: Action): void => {
    if (action.account !== world.account)
      throw new Refused('invalid', `account ${action.account} is not among ours`)
  }
  const change = (order: string, action: Action, write: () => void): string => {
    const mishap = world.mishaps.shift()
    if (mishap === 'throttled') throw new Transient(`${action.kind}: throttled`)
    write()
    world.changes.push(`${order} ${action.kind} ${targetOf(action)}`)
    if (mishap === 'answer-lost') throw new Transient(`${action.kind}: no answer`)
    return `request-${world.changes.length}`
  }
  const receipt = (order: string, action: Action, request: string) =>
    Promise.resolve({ order, at: now(), request, standing: standing(world, action) })
  return {
    identity: (account) =>
      account === world.account
        ? Promise.resolve({
            account,
            arn: `arn:aws:sts::${account}:assumed-role/keytrail-responder/keytrail`,
            principal,
            key: 'ASIAEXAMPLEOURSELVES',
          })
        : Promise.reject(new Refused('invalid', `account ${account} is not among ours`)),
    async inspect(action) {
      inWorld(action)
      if (action.kind === 'disable-key') return { kind: action.kind, status: keyOf(world, action) }
      const { id, document } = entityOf(world, action)
      const denials = ours(document, action)
      const issuedBefore = denials.get(unitOf(id, action)) ?? null
      return { kind: action.kind, entity: id, issuedBefore, document }
    },
    async apply(action, _prior, order) {
      inWorld(action)
      const write = applied(world, action)
      return receipt(order, action, write ? change(order, action, write) : '')
    },
    async readBack(action) {
      inWorld(action)
      return standing(world, action)
    },
    async undo(action, prior, order) {
      inWorld(action)
      const write = undone(world, action, prior)
      return receipt(order, action, write ? change(order, action, write) : '')
    },
  }
}

/** The change that carries the action out; undefined where nothing has to change. */
function applied(world: MemoryAccount, action: Action): (() => void) | undefined {
  if (action.kind === 'disable-key') {
    if (keyOf(world, action) === 'Inactive') return undefined
    return () => world.keys.set(action.key, 'Inactive')
  }
  if (standing(world, action) === 'in-force') return undefined
  const entity = entityOf(world, action)
  const denials = withDenial(
    ours(entity.document, action),
    unitOf(entity.id, action),
    issuedBeforeOf(action),
  )
  return () => (entity.document = documentOf(denials))
}

function undone(world: MemoryAccount, action: Action, prior: Prior): (() => void) | undefined {
  if (action.kind === 'disable-key') {
    if (prior.kind !== 'disable-key' || keyOf(world, action) === prior.status) return undefined
    return () => world.keys.set(action.key, prior.status)
  }
  // The denial went with what it was on.
  if (!world.entities.has(targetOf(action))) return undefined
  const entity = entityOf(world, action)
  const denials = ours(entity.document, action)
  const before = prior.kind === 'disable-key' ? null : prior.issuedBefore
  const rest = withoutDenial(denials, unitOf(entity.id, action), issuedBeforeOf(action), before)
  if (!rest) throw new Refused('changed', `${targetOf(action)}: somebody changed the time since`)
  if (rest === denials) return undefined
  return () => (entity.document = rest.size === 0 ? null : documentOf(rest))
}

function standing(world: MemoryAccount, action: Action): Standing {
  if (action.kind !== 'disable-key') {
    const entity = world.entities.get(targetOf(action))
    return entity ? standingOf(entity.document, action) : 'changed-by-others'
  }
  const status = world.keys.get(action.key)
  if (status === undefined) return 'changed-by-others'
  return status === 'Inactive' ? 'in-force' : 'absent'
}

function keyOf(world: MemoryAccount, { key }: { readonly key: string }): KeyStatus {
  const status = world.keys.get(key)
  if (status === undefined) throw new Refused('absent', `key ${key} does not exist`)
  return status
}

const targetOf = (action: Action): string =>
  action.kind === 'deny-session' ? `role/${action.role}` : `user/${action.user}`

function entityOf(world: MemoryAccount, action: Denying): Entity {
  const target = targetOf(action)
  const entity = world.entities.get(target)
  if (!entity) throw new Refused('absent', `${target} does not exist`)
  return entity
}

const unitOf = (id: string, action: Denying): string =>
  action.kind === 'deny-session' ? `${id}:${action.unit.session}` : everySession

function ours(document: string | null, action: Denying): Denials {
  const denials = document === null ? noDenials : denialsOf(document)
  if (!denials)
    throw new Refused('changed', `${targetOf(action)}: somebody changed the policy ${denialPolicy}`)
  return denials
}
