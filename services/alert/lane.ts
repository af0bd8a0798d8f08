import { reasonOf } from '#shared/errors.ts'
import type { Log } from '#shared/ports/log.ts'
import type { Delivery, Outbox } from '#shared/ports/outbox.ts'
import type { Sender, Sent } from '#shared/ports/sender.ts'
import type { DelivererPorts } from './deliverer.ts'
import { guarded } from './guarded.ts'
import { afterAttempt, type Next } from './schedule.ts'

/** How one destination is, for health and metrics. */
export type LaneStatus = {
  readonly to: string
  /** `resting`: it failed so often that it is left alone for a while. */
  readonly state: 'working' | 'resting'
  /** Attempts that failed since one succeeded. */
  readonly failures: number
  readonly flying: number
  /** Attempts by their end, since the start of the process. */
  readonly attempts: { readonly delivered: number; readonly failed: number; readonly dead: number }
  /** Why the last attempt failed; absent if it did not. */
  readonly why?: string
}

/** All that goes to one destination: whatever it does, others are not held up. */
export type Lane = {
  /** Sends what is due, as far as there is room. */
  turn(): void
  status(): LaneStatus
  /** Resolves when nothing is on its way. */
  landed(): Promise<void>
}

/** After so many failures in a row a destination is left alone, this long at first and twice as long each time, ms. */
const failuresMax = 5
const restMs = 15_000
const restMax = 300_000

type LanePorts = DelivererPorts & { readonly isOpen: () => boolean }

export function lane(to: string, sender: Sender, ports: LanePorts): Lane {
  const { outbox, scheduler, log } = ports
  /** On their way or not recorded yet, by id; at most the sender's width. */
  const flying = new Map<string, Promise<void>>()
  /** What became of some could not be written: nothing of it is sent again for that. */
  let unrecorded: (() => void)[] = []
  const health = healthOf(to, ports)

  const settle = (delivery: Delivery, sent: Sent): void => {
    const now = scheduler.now()
    const next = afterAttempt(delivery, sent, now)
    health.count(next)
    if (next.as === 'dead')
      log.error('a delivery was given up', { to, id: delivery.id, why: next.why })
    const write = (): void => {
      record(outbox, delivery, next, now)
      flying.delete(delivery.id)
    }
    if (!guarded(write, ports)) unrecorded.push(write)
  }

  const fly = async (delivery: Delivery): Promise<void> => {
    const sent = await attempt(sender, delivery, log)
    ports.at?.('delivery answered')
    settle(delivery, sent)
    // With the next one of this incident, if there is one.
    if (sent.as !== 'later') turn()
  }

  const turn = (): void => {
    if (!ports.isOpen()) return
    const again = unrecorded
    unrecorded = []
    for (const write of again) if (!guarded(write, ports)) unrecorded.push(write)
    // After a row of failures one alone finds out whether it is back.
    const width = health.isSick() ? 1 : sender.width
    const room = width - flying.size
    if (health.isResting() || room <= 0) return
    guarded(() => {
      const due = outbox.due(to, scheduler.now(), sender.width + flying.size)
      for (const each of due.filter(({ id }) => !flying.has(id)).slice(0, room))
        flying.set(each.id, fly(each))
    }, ports)
  }

  return {
    turn,
    status: () => ({ to, flying: flying.size, ...health.status() }),
    async landed() {
      await Promise.all(flying.values())
    },
  }
}

type Health = {
  count(next: Next): void
  /** It failed so often that it is left alone now. */
  isResting(): boolean
  /** It failed often, and nothing has succeeded since. */
  isSick(): boolean
  status(): Omit<LaneStatus, 'to' | 'flying'>
}

function healthOf(to: string, { scheduler, log }: LanePorts): Health {
  const attempts = { delivered: 0, failed: 0, dead: 0 }
  let failures = 0
  let restUntil = 0
  let why: string | undefined
  const isResting = (): boolean => scheduler.elapsed() < restUntil
  return {
    count(next) {
      attempts[next.as]++
      why = next.as === 'delivered' ? undefined : next.why
      // One that refuses is alive.
      failures = next.as === 'failed' ? failures + 1 : 0
      if (failures < failuresMax) return
      restUntil = scheduler.elapsed() + Math.min(restMs * 2 ** (failures - failuresMax), restMax)
      log.warn('a destination is left alone for a while', { to, failures, why })
    },
    isResting,
    isSick: () => failures >= failuresMax,
    status: () => ({
      state: isResting() ? 'resting' : 'working',
      failures,
      attempts: { ...attempts },
      ...(why !== undefined && { why }),
    }),
  }
}

async function attempt(sender: Sender, delivery: Delivery, log: Log): Promise<Sent> {
  try {
    return await sender.send(delivery)
  } catch (fault) {
    const { id, to } = delivery
    log.error('a sender has a fault', { to, id, why: reasonOf(fault) })
    return { as: 'later', why: 'a fault of the sender' }
  }
}

function record(outbox: Outbox, delivery: Delivery, next: Next, now: number): void {
  switch (next.as) {
    case 'delivered':
      return outbox.delivered(delivery, now)
    case 'failed':
      return outbox.failed(delivery, next.why, next.due)
    case 'dead':
      return outbox.dead(delivery, next.why, now)
  }
}
