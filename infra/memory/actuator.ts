import { Transient } from '#shared/errors.ts'
import type { TimedCut } from '#shared/messages/cut.ts'
import { Refused, type Actuator, type Prior, type Standing } from '#shared/ports/actuator.ts'
import {
  denialPolicy,
  denialsOf,
  documentOf,
  everySession,
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
  const inWorld = (cut: TimedCut): void => {
    if (cut.account !== world.account)
      throw new Refused('invalid', `account ${cut.account} is not among ours`)
  }
  const change = (order: string, cut: TimedCut, write: () => void): string => {
    const mishap = world.mishaps.shift()
    if (mishap === 'throttled') throw new Transient(`${cut.kind}: throttled`)
    write()
    world.changes.push(`${order} ${cut.kind} ${targetOf(cut)}`)
    if (mishap === 'answer-lost') throw new Transient(`${cut.kind}: no answer`)
    return `request-${world.changes.length}`
  }
  const receipt = (order: string, cut: TimedCut, request: string) =>
    Promise.resolve({ order, at: now(), request, standing: standing(world, cut) })
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
    async inspect(cut) {
      inWorld(cut)
      if (cut.kind === 'disable-key') return { kind: cut.kind, status: keyOf(world, cut) }
      const { id, document } = entityOf(world, cut)
      const denials = ours(document, cut)
      const issuedBefore = denials.get(unitOf(id, cut)) ?? null
      return { kind: cut.kind, entity: id, issuedBefore, document }
    },
    async apply(cut, _prior, order) {
      inWorld(cut)
      const write = applied(world, cut)
      return receipt(order, cut, write ? change(order, cut, write) : '')
    },
    async readBack(cut) {
      inWorld(cut)
      return standing(world, cut)
    },
    async undo(cut, prior, order) {
      inWorld(cut)
      const write = undone(world, cut, prior)
      return receipt(order, cut, write ? change(order, cut, write) : '')
    },
  }
}

/** The change that carries the cut out; undefined where nothing has to change. */
function applied(world: MemoryAccount, cut: TimedCut): (() => void) | undefined {
  if (cut.kind === 'disable-key') {
    if (keyOf(world, cut) === 'Inactive') return undefined
    return () => world.keys.set(cut.key, 'Inactive')
  }
  if (standing(world, cut) === 'in-force') return undefined
  const entity = entityOf(world, cut)
  const denials = withDenial(ours(entity.document, cut), unitOf(entity.id, cut), cut.issuedBefore)
  return () => (entity.document = documentOf(denials))
}

function undone(world: MemoryAccount, cut: TimedCut, prior: Prior): (() => void) | undefined {
  if (cut.kind === 'disable-key') {
    if (prior.kind !== 'disable-key' || keyOf(world, cut) === prior.status) return undefined
    return () => world.keys.set(cut.key, prior.status)
  }
  // The denial went with what it was on.
  if (!world.entities.has(targetOf(cut))) return undefined
  const entity = entityOf(world, cut)
  const denials = ours(entity.document, cut)
  const before = prior.kind === 'disable-key' ? null : prior.issuedBefore
  const rest = withoutDenial(denials, unitOf(entity.id, cut), cut.issuedBefore, before)
  if (!rest) throw new Refused('changed', `${targetOf(cut)}: somebody changed the time since`)
  if (rest === denials) return undefined
  return () => (entity.document = rest.size === 0 ? null : documentOf(rest))
}

function standing(world: MemoryAccount, cut: TimedCut): Standing {
  if (cut.kind !== 'disable-key') {
    const entity = world.entities.get(targetOf(cut))
    return entity ? standingOf(entity.document, cut) : 'changed-by-others'
  }
  const status = world.keys.get(cut.key)
  if (status === undefined) return 'changed-by-others'
  return status === 'Inactive' ? 'in-force' : 'absent'
}

function keyOf(world: MemoryAccount, { key }: { readonly key: string }): KeyStatus {
  const status = world.keys.get(key)
  if (status === undefined) throw new Refused('absent', `key ${key} does not exist`)
  return status
}

const targetOf = (cut: TimedCut): string =>
  cut.kind === 'deny-session' ? `role/${cut.role}` : `user/${cut.user}`

function entityOf(world: MemoryAccount, cut: Denying): Entity {
  const target = targetOf(cut)
  const entity = world.entities.get(target)
  if (!entity) throw new Refused('absent', `${target} does not exist`)
  return entity
}

const unitOf = (id: string, cut: Denying): string =>
  cut.kind === 'deny-session' ? `${id}:${cut.session}` : everySession

function ours(document: string | null, cut: Denying): Denials {
  const denials = document === null ? noDenials : denialsOf(document)
  if (!denials)
    throw new Refused('changed', `${targetOf(cut)}: somebody changed the policy ${denialPolicy}`)
  return denials
}
