import { Transient } from '#shared/errors.ts'
import type { Notice } from '#shared/messages/desk.ts'
import type { Desk } from '#shared/ports/desk.ts'
import type { Intake } from '#shared/ports/intake.ts'
import { frontDesk, type FrontDesk } from '#services/desk/front.ts'
import type { Engine, EngineOptions } from '#services/pipeline.ts'
import { keepPolling, type PollingPorts } from '#services/sources/polling.ts'
import type { Source } from '#services/sources/source.ts'
import type { ServedContainment } from './containment.ts'
import { takingBack } from './forsaken.ts'
import { generationOf } from './generation.ts'
import { durableLoop, type Loop, type LoopPorts } from './loop.ts'
import { recall } from './recall.ts'
import type { Participant } from './tell.ts'

export type ServeOptions = {
  readonly engine: EngineOptions
  /** Records in one unit of work, at most. */
  readonly unitMax: number
  readonly keepMs: number
  readonly snapshotMs: number
  /** Least time between two `changed` of one incident, ms. */
  readonly holdMs: number
}

export type ServePorts = Omit<LoopPorts, 'participants'> & {
  readonly desk: Desk
  readonly board: PollingPorts['board']
  /** Puts what people shall hear where it is sent from; inside the transaction that it is from. */
  readonly send: (notices: readonly Notice[]) => void
  /** The sources that are asked, once there is somebody to hand over to. */
  readonly sources: (intake: Intake) => readonly Source[]
  /** Containment, if there is any: it is given the desk, where its steps are told, and the engine, which it asks once the log is read. */
  readonly contain?: (front: FrontDesk, engine: () => Engine) => ServedContainment
  /** Opens the doors that others speak to, behind which the loop is ready. */
  readonly doors?: (loop: Loop) => Promise<{ readonly close: () => Promise<void> }>
}

export type Serving = {
  readonly loop: Loop
  /** Asks no source any more, judges what waits, stores a snapshot. */
  close(): Promise<void>
}

/** Records that may wait for the log, in units. */
const waitingUnits = 20

/** Everything of `keytrail serve` that lasts: the loop on its stores, the desk in its commits, the sources in front of it. */
export async function serve(options: ServeOptions, ports: ServePorts): Promise<Serving> {
  const front = frontDesk({
    ...ports,
    recall: (marks, hand) => recall(marks, hand, ports),
  })
  const containment = ports.contain?.(front, () => loop.engine())
  const hear: Participant = {
    wants: (records) => containment?.wants(records) ?? false,
    take({ changes, at, records }) {
      const cases = front.hear(changes, { at, holdMs: options.holdMs }, records)
      const handles = cases.map(({ handle }) => handle)
      containment?.hear({ at, records, because: changes.because, handles })
    },
  }
  const loop = durableLoop(
    {
      ...options,
      generation: generationOf(options.engine),
      waitingMax: waitingUnits * options.unitMax,
    },
    { ...ports, participants: [hear] },
  )
  const { silent, told, rebased } = await loop.start()
  if (silent + told > 0) ports.log.info('the log was read', { silent, told })
  if (rebased && silent > 0)
    ports.log.info('other code or settings judged the log anew', { ...counts(rebased) })
  const names = new Set<string>()
  const sources = ports.sources(takingBack(loop, names))
  for (const { name } of sources) names.add(name)
  containment?.start()
  const doors = await ports.doors?.(loop)
  const polling = keepPolling(sources, ports)
  const ticking = keepTicking(front, options, ports)
  return {
    loop,
    async close() {
      ticking.close()
      await doors?.close()
      await polling.close()
      await containment?.close()
      loop.close()
    },
  }
}

/** Incidents that are forgotten in one tick, at most. */
const prunedMax = 20
/** How often it is looked what was held back long enough, ms. */
const tickMs = 1000

/** Tells what was held back once its time has come, though nothing happens. */
export function keepTicking(
  front: FrontDesk,
  { holdMs, keepMs }: Pick<ServeOptions, 'holdMs' | 'keepMs'>,
  { scheduler, log, failed, desk }: Pick<ServePorts, 'scheduler' | 'log' | 'failed' | 'desk'>,
): { close(): void } {
  const tick = (): void => {
    try {
      const at = scheduler.now()
      front.tick({ at, holdMs })
      // Incidents that are closed, and of which nothing stands, are kept as long as their records.
      desk.prune(at - keepMs, prunedMax)
    } catch (thrown) {
      if (!(thrown instanceof Transient)) return failed(thrown)
      log.warn('the desk cannot be written now', { why: thrown.message })
    }
    cancel = scheduler.later(tickMs, tick)
  }
  let cancel = scheduler.later(tickMs, tick)
  return { close: () => cancel() }
}

const counts = ({
  raised,
  changed,
  withdrawn,
}: Record<'raised' | 'changed' | 'withdrawn', readonly string[]>) => ({
  raised: raised.length,
  changed: changed.length,
  withdrawn: withdrawn.length,
})
