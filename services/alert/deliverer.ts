import type { DeliveryPoint } from './crash-points.ts'
import { guarded } from './guarded.ts'
import type { Log } from '#shared/ports/log.ts'
import type { Lane as Destination, Outbox } from '#shared/ports/outbox.ts'
import type { Scheduler } from '#shared/ports/scheduler.ts'
import type { Sender } from '#shared/ports/sender.ts'
import { lane, type Lane, type LaneStatus } from './lane.ts'

export type DelivererPorts = {
  readonly outbox: Outbox
  /** By name of the destination. */
  readonly senders: ReadonlyMap<string, Sender>
  readonly scheduler: Scheduler
  readonly log: Log
  /** It has stopped for good: what it stands on is broken. The process should end. */
  readonly failed: (why: unknown) => void
  /** Hears how far a delivery has come; only crash tests listen. */
  readonly at?: (point: DeliveryPoint) => void
}

/** Sends what waits in the outbox: at least once, in the order of each incident, each destination on its own. */
export type Deliverer = {
  start(): void
  /** Something was added; without it that is seen within `pollMs`. */
  wake(): void
  status(): readonly LaneStatus[]
  /** Starts nothing more; resolves when what is on its way has its answer. */
  close(): Promise<void>
}

/** How often the outbox is looked at, ms: other processes add to it too. */
const pollMs = 1000
/** How often what is done with is forgotten, ms. */
const tidyMs = 3_600_000

export type DelivererOptions = {
  /** Where something may be sent; each has a sender. */
  readonly lanes: readonly Destination[]
  /** How long deliveries are kept once they are delivered or dead, ms. */
  readonly keepMs: number
}

/** @throws Transient from `start` if the store cannot be written now */
export function deliverer(
  { lanes: open, keepMs }: DelivererOptions,
  ports: DelivererPorts,
): Deliverer {
  const { outbox, senders, scheduler, log } = ports
  let state: 'ready' | 'running' | 'closed' = 'ready'
  let tidied = -Infinity
  let cancel = (): void => undefined

  const failed = (why: unknown): void => {
    state = 'closed'
    ports.failed(why)
  }
  const lanes: readonly Lane[] = [...senders].map(([to, sender]) =>
    lane(to, sender, { ...ports, failed, isOpen: () => state === 'running' }),
  )
  const tidy = (): void => {
    if (scheduler.elapsed() - tidied < tidyMs) return
    // A store that cannot be written now delays it, no more.
    tidied = scheduler.elapsed()
    const now = scheduler.now()
    const left = outbox.abandon([...senders.keys()], 'this destination is configured no more', now)
    if (left > 0) log.warn('deliveries to destinations that are configured no more', { left })
    outbox.forget(now - keepMs)
  }
  const poll = (): void => {
    if (state !== 'running') return
    guarded(tidy, { log, failed })
    for (const each of lanes) each.turn()
    cancel = scheduler.later(pollMs, poll)
  }

  return {
    start() {
      outbox.open(open)
      state = 'running'
      poll()
    },
    wake() {
      for (const each of lanes) each.turn()
    },
    status: () => lanes.map((each) => each.status()),
    async close() {
      state = 'closed'
      cancel()
      await Promise.all(lanes.map((each) => each.landed()))
      await Promise.all([...senders.values()].map(async (sender) => await sender.close?.()))
    },
  }
}
