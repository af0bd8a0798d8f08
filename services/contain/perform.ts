import { reasonOf, Transient } from '#shared/errors.ts'
import { untried, type Told, type Order } from '#shared/messages/containment.ts'
import type { Seen } from '#shared/messages/tree.ts'
import { Refused, type Actuator, type Identity, type Receipt } from '#shared/ports/actuator.ts'
import type { ContainmentStore } from '#shared/ports/containment.ts'
import type { CutPoint } from './crash-points.ts'
import { cutInWords, timed } from './cuts.ts'
import { againstAnybody, failed, isMachines } from './guards.ts'
import { keep, move, self, type Ledger } from './ledger.ts'
import { planOf } from './plan.ts'
import { forbids, type ContainPolicy, type Ours } from './policy.ts'

/** What carrying out needs of the outside world. */
export type World = {
  readonly store: ContainmentStore
  readonly actuator: Actuator
  readonly policy: ContainPolicy
  readonly clock: () => number
  readonly look: (handle: string) => Seen | undefined
  readonly tell: (told: Told) => void
  /** Who we are, as far as it was learnt. */
  readonly ours: Map<string, Identity>
  /** Hears how far a cut has come; only crash tests listen. */
  readonly at?: (point: CutPoint) => void
}

/** A call that fails is tried again after 1, 2, 4 … s, at most so long. */
const retryMaxMs = 60_000
/** So many failures in a row, and people are told that it hangs. */
const stuckAt = 5

const ledgerOf = ({ store, clock, tell }: World): Ledger => ({ store, tell, at: clock() })

/** Runs what decides and writes as one, at the time of now. */
export const within = <T>(world: World, work: (ledger: Ledger) => T): T =>
  world.store.together(() => work(ledgerOf(world)))

/** Takes one order a step further. Every intention is stored before its call, every answer after it. */
export async function perform(world: World, key: string): Promise<void> {
  const order = world.store.order(key)
  if (!order || order.retryAt > world.clock()) return
  try {
    if (order.state === 'approved') await send(world, order)
    else if (order.state === 'sent') await make(world, order, true)
    else if (order.state === 'undoing') await takeBack(world, order)
  } catch (cause) {
    fall(world, key, cause)
  }
}

/** The last look before the cut: everything that allowed it is asked again. */
async function send(world: World, order: Order): Promise<void> {
  const { actuator, policy } = world
  const waits = within(world, (ledger) => againstAnybody(ledger, policy))
  if (waits !== '') {
    within(world, (ledger) => later(ledger, order.key, waits))
    return
  }
  const identity = await actuator.identity(order.cut.account)
  world.ours.set(identity.account, identity)
  const now = world.clock()
  // Whole seconds: a session issued in the second of the decision is cut with it.
  const issuedBefore = Math.ceil(now / 1000) * 1000
  const prior = order.prior ?? (await actuator.inspect({ ...order.cut, issuedBefore }))
  const sent = within(world, (ledger) => {
    const fresh = ledger.store.order(order.key)
    if (fresh?.state !== 'approved') return undefined
    const against = lastLook(world, fresh, ledger.at)
    if (against !== '') {
      stopIt(ledger, fresh, against)
      return undefined
    }
    return move(
      ledger,
      fresh,
      'send',
      { who: self, why: `asked by ${fresh.by}`, detail: { prior, issuedBefore, identity } },
      {
        prior,
        issuedBefore,
        sentAt: fresh.sentAt || ledger.at,
        ...untried,
      },
    )
  })
  if (!sent) return
  world.at?.('cut sent')
  await make(world, sent, false)
}

/** Why an order is not made after all; '' if it is. */
function lastLook(world: World, order: Order, at: number): string {
  const { policy, ours, look } = world
  const barred = forbids(policy, order.cut, ours as Ours)
  if (barred !== '') return barred
  const seen = order.incidents.map((handle) => look(handle)).find((each) => each !== undefined)
  if (!seen) return 'no incident wants it any more'
  const { options } = planOf(seen, { policy, ours, at })
  const option = options.find(({ cuts }) => cuts.some(({ unit }) => unit === order.unit))
  if (!option) return 'it is not part of the plan any more'
  const hurt = option.collateral.filter(({ unit }) => unit === order.unit).length
  if (hurt > order.collateral) return `it would hurt ${hurt}, and ${order.collateral} were shown`
  if (isMachines(order) && option.notAutomatic.length > 0) return option.notAutomatic.join('; ')
  return ''
}

function stopIt(ledger: Ledger, order: Order, why: string): void {
  // What was cut before is still there: it stays in a state from which it can be undone.
  const event = order.prior === null ? 'lapse' : 'refused'
  const says = `not cut: ${cutInWords(order.cut)}: ${why}`
  move(ledger, order, event, { who: self, why, says })
}

async function make(world: World, order: Order, isAgain: boolean): Promise<void> {
  const { actuator, clock, policy, ours } = world
  const cut = timed(order)
  const { prior } = order
  if (prior === null) return
  let receipt: Receipt | undefined
  if (isAgain) {
    // We do not know what became of the call before. What stands already is not asked for again.
    const standing = await actuator.readBack(cut)
    if (standing === 'in-force') receipt = { order: order.key, at: clock(), request: '', standing }
    else {
      const barred = forbids(policy, order.cut, ours)
      if (barred !== '') throw new Refused('invalid', barred)
    }
  }
  receipt ??= await actuator.apply(cut, prior, order.key)
  world.at?.('cut answered')
  const answer = receipt
  within(world, (ledger) => {
    const fresh = ledger.store.order(order.key)
    if (fresh?.state !== 'sent') return
    const says = `cut: ${cutInWords(order.cut)}, not verified yet`
    const applied = move(
      ledger,
      fresh,
      'applied',
      { who: 'cloud', why: 'the cloud answered', detail: answer, says },
      { receipt: answer, readsFrom: answer.at, reads: [], tries: 0, retryAt: 0 },
    )
    if (applied.incidents.length === 0)
      move(ledger, applied, 'withdraw', { who: self, why: 'no incident wants it any more' })
  })
  world.at?.('cut stored')
}

async function takeBack(world: World, order: Order): Promise<void> {
  const { actuator } = world
  const { prior } = order
  // Nothing was ever asked of the cloud.
  const receipt = prior === null ? null : await actuator.undo(timed(order), prior, order.key)
  world.at?.('undo answered')
  within(world, (ledger) => {
    const fresh = ledger.store.order(order.key)
    if (fresh?.state !== 'undoing') return
    move(ledger, fresh, 'undone', {
      who: 'cloud',
      why: 'back to the state before the cut',
      detail: { receipt, prior },
      says: `undone: ${cutInWords(order.cut)}`,
    })
  })
}

function fall(world: World, key: string, cause: unknown): void {
  within(world, (ledger) => {
    const order = ledger.store.order(key)
    if (!order) return
    if (cause instanceof Transient) return later(ledger, key, reasonOf(cause))
    if (!(cause instanceof Refused)) throw cause
    const why = reasonOf(cause)
    if (order.state !== 'undoing') return void failed(ledger, order, why, 'cloud')
    const says = `could not be undone: ${cutInWords(order.cut)}: ${why}`
    move(ledger, order, 'undo-refused', { who: 'cloud', why, says })
  })
}

function later(ledger: Ledger, key: string, why: string): void {
  const order = ledger.store.order(key)
  if (!order) return
  const tries = order.tries + 1
  const wait = Math.min(retryMaxMs, 1000 * 2 ** Math.min(tries - 1, 10))
  keep(ledger, order, { tries, retryAt: ledger.at + wait, note: why })
  if (tries !== stuckAt) return
  const { incidents } = order
  ledger.tell({
    incidents,
    says: `hangs: ${cutInWords(order.cut)}: ${why}`,
    by: self,
    at: ledger.at,
  })
}
