import { Transient } from '#shared/errors.ts'
import type { Order } from '#shared/messages/containment.ts'
import type { Use } from '#shared/messages/use.ts'
import { Refused } from '#shared/ports/actuator.ts'
import { cutInWords, timed } from './cuts.ts'
import { lapsed, minded } from './guards.ts'
import { keep, move, self, type Ledger } from './ledger.ts'
import { perform, within, type World } from './perform.ts'
import { propose, type Because } from './propose.ts'
import { dueReads, isOverdue, shown } from './verify.ts'
import { hear, watchOf, type Watch } from './watch.ts'

/** What one commit brings. */
export type Heard = {
  /** Handles of incidents that changed or went. */
  readonly incidents: readonly string[]
  readonly because: Because
  readonly uses: readonly Use[]
  /** The logged tick, epoch ms. */
  readonly at: number
}

/** Event time up to which every source that covers an account is complete; −Infinity: none does. */
export type Frontier = (account: string) => number

export type Containment = {
  /**
   * Plans, orders and notes; no call to the outside. Made to be called inside the transaction of the commit, so that nothing
   * is lost between; hearing the same again changes nothing.
   */
  hear(heard: Heard): void
  /** Orders that wait to hear of a call, by key id and by principal. Read anew only if the audit has grown since. */
  watched(): Watch
  /** Makes and undoes cuts, reads back, judges. One at a time: while one runs, the next joins it. */
  tick(frontier: Frontier): Promise<void>
  /** Resolves when the running tick has ended; none begins after it. */
  close(): Promise<void>
}

export type ContainmentOptions = Omit<World, 'ours'> & {
  /** Accounts that we may act in: who we are there is asked before anything is planned to be cut. */
  readonly accounts: readonly string[]
}

/** Containment: the part that decides what is cut, has it cut, and proves it. All that it knows is in its store. */
export function containment({ accounts, ...given }: ContainmentOptions): Containment {
  const world: World = { ...given, ours: new Map() }
  let running: Promise<void> | undefined
  let closed = false
  let watch: { readonly hash: string; readonly of: Watch } | undefined
  /** Whoever changes an order's state, also beside us, lengthens the audit; what only we change, we know. */
  const watched = (): Watch => {
    const { hash } = world.store.head()
    if (watch?.hash !== hash) watch = { hash, of: watchOf(world.store) }
    return watch.of
  }
  const round = async (frontier: Frontier): Promise<void> => {
    await introduce(world, accounts)
    within(world, (ledger) => {
      lapsed(ledger)
    })
    for (const key of keysOf(world, ['approved', 'sent', 'undoing'])) await perform(world, key)
    for (const key of keysOf(world, [
      'applied',
      'verified',
      'breached',
      'withdrawn-still-contained',
    ]))
      await readBack(world, key)
    const before = world.store.head().seq
    within(world, (ledger) => {
      for (const order of ledger.store.orders({ states: judged })) judge(ledger, order, frontier)
      minded(ledger, world.policy)
    })
    if (world.store.head().seq > before) world.at?.('cut judged')
  }
  return {
    hear({ incidents, because, uses, at }) {
      const { store, tell, look, policy, ours } = world
      store.together(() => {
        const ledger: Ledger = { store, tell, at }
        const grown = uses.length > 0 ? hear(ledger, watched(), uses) : new Set<string>()
        for (const handle of new Set([...incidents, ...grown])) {
          propose(ledger, handle, look(handle), because, { policy, ours })
          watch = undefined
        }
      })
    },
    watched,
    tick(frontier) {
      if (closed) return Promise.resolve()
      running ??= round(frontier).finally(() => (running = undefined))
      return running
    },
    async close() {
      closed = true
      await running?.catch(() => undefined)
    },
  }
}

const judged = ['applied', 'verified', 'breached', 'withdrawn-still-contained'] as const

const keysOf = ({ store }: World, states: readonly Order['state'][]): readonly string[] =>
  store.orders({ states }).map(({ key }) => key)

/** Learns who we are, so that no plan cuts ourselves. Where it fails, plans are made and nothing is enforced: see `send`. */
async function introduce({ actuator, ours }: World, accounts: readonly string[]): Promise<void> {
  for (const account of accounts) {
    if (ours.has(account)) continue
    try {
      ours.set(account, await actuator.identity(account))
    } catch (cause) {
      if (!(cause instanceof Transient) && !(cause instanceof Refused)) throw cause
    }
  }
}

async function readBack(world: World, key: string): Promise<void> {
  const order = world.store.order(key)
  if (!order || order.retryAt > world.clock()) return
  const due = dueReads(order, world.clock())
  if (due.length === 0) return
  try {
    const standing = await world.actuator.readBack(timed(order))
    world.at?.('cut read back')
    within(world, (ledger) => {
      const fresh = ledger.store.order(key)
      if (!fresh || fresh.readsFrom !== order.readsFrom) return
      const reads = due.map((each) => ({ due: each, at: ledger.at, standing }))
      keep(ledger, fresh, { reads: [...fresh.reads, ...reads], tries: 0, retryAt: 0 })
    })
  } catch (cause) {
    if (!(cause instanceof Transient) && !(cause instanceof Refused)) throw cause
    within(world, (ledger) => {
      const fresh = ledger.store.order(key)
      if (fresh) keep(ledger, fresh, { retryAt: ledger.at + readAgainMs, note: cause.message })
    })
  }
}

/** A read-back that failed is made again after this time. */
const readAgainMs = 5_000

function judge(ledger: Ledger, order: Order, frontier: Frontier): void {
  if (order.state === 'breached') {
    const says = `still acts after the cut: ${cutInWords(order.cut)}; a larger cut is needed: keytrail contain plan`
    move(ledger, order, 'escalate', { who: self, why: order.note, says })
    return
  }
  const evidence = shown(order, frontier(order.cut.account), ledger.at)
  if (evidence) {
    const { event, why } = evidence
    const patch = 'verified' in evidence ? { verified: evidence.verified } : {}
    const says = `${spoken[event]}: ${cutInWords(order.cut)}: ${why}`
    move(ledger, order, event, { who: self, why, says }, patch)
    return
  }
  if (!isOverdue(order, ledger.at)) return
  const says = `not verified after 45 minutes: ${cutInWords(order.cut)}; no refusal was seen, and not every source is complete`
  ledger.tell({ incidents: order.incidents, says, by: self, at: ledger.at })
  keep(ledger, order, { overdue: true })
}

const spoken = {
  success: 'breached',
  'taken-off': 'taken off by somebody else',
  denied: 'verified, denied',
  quiet: 'verified, quiet',
} as const
