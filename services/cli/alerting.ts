import { mailing } from '#services/alert/addressed.ts'
import { deliverer, type Deliverer } from '#services/alert/deliverer.ts'
import { voiceOf } from '#services/alert/voice.ts'
import { detections } from '#services/detect/detections/index.ts'
import type { Notice } from '#shared/messages/desk.ts'
import type { Outbox } from '#shared/ports/outbox.ts'
import type { Context } from './command.ts'

const dayMs = 86_400_000

/** What people shall hear, on its way from the commit that it is from to the destinations of the settings. */
export type Alerting = Pick<Deliverer, 'status' | 'close'> & {
  /** Within the transaction of the rows that it tells of. */
  readonly send: (notices: readonly Notice[]) => void
}

/**
 * Begins to deliver what waits, and what will be sent.
 *
 * @param failed the store is broken; the process should end
 * @throws Unusable if the secret of a destination is missing
 */
export function alerting(
  outbox: Outbox,
  { config, machine, version }: Context,
  failed: (why: unknown) => void,
): Alerting {
  const { scheduler, log, at } = machine
  const lanes = config.alerts.destinations
  const keepMs = config.serve.keepDays * dayMs
  const senders = machine.senders(lanes)
  const running = deliverer({ lanes, keepMs }, { outbox, senders, scheduler, log, failed, at })
  const mail = mailing(outbox, voiceOf(version, detections))
  running.start()
  return {
    send(notices) {
      mail(notices)
      // Its commit is done by then.
      scheduler.soon(() => running.wake())
    },
    status: () => running.status(),
    close: () => running.close(),
  }
}
