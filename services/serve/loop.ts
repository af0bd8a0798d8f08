import { Bug, Transient } from '#shared/errors.ts'
import type { Intake } from '#shared/ports/intake.ts'
import type { Engine, EngineOptions } from '#services/pipeline.ts'
import { recover, type Recovered, type RecoverPorts } from './recover.ts'
import type { Taken } from './keep.ts'
import { turns, type TurnState } from './turns.ts'
import { queue } from './waiting.ts'
import { workOn, type Work } from './work.ts'

export type LoopOptions = {
  readonly engine: EngineOptions
  /** What `generationOf` makes of the engine's options. */
  readonly generation: string
  /** Records in one unit of work, if that many wait. */
  readonly unitMax: number
  /** Records that may wait for the log. */
  readonly waitingMax: number
  /** How long batches and dead letters are kept, ms. */
  readonly keepMs: number
  /** The least time between two snapshots, ms. */
  readonly snapshotMs?: number
}

export type LoopPorts = RecoverPorts & {
  /** The loop has stopped for good: nothing that it would write can be trusted. The process should end. */
  readonly failed: (why: unknown) => void
}

/** Where the loop stands, for health and metrics. */
export type LoopStatus = {
  /** `stalled`: the store cannot be written at the moment, and senders are told so. */
  readonly state: TurnState | 'recovering'
  /** Of the last batch that was logged and judged. */
  readonly position: number
  readonly emittedThrough: number
  /** Records that wait for the log. */
  readonly waiting: number
  /** Offers that were told to come back. */
  readonly refused: number
  readonly snapshot: Taken | undefined
}

/** The durable loop: offers are logged, then acknowledged, then judged, and what follows is committed. */
export type Loop = Intake & {
  /** Brings the engine to the end of the log; offers made before it is done wait. */
  start(): Promise<Recovered>
  /** What the engine knows now, for questions: while the log is read, what it knows by then. @throws Bug before `start` */
  engine(): Engine
  status(): LoopStatus
  /** Logs and judges what waits, stores a snapshot, and stops. */
  close(): void
}

export function durableLoop(options: LoopOptions, ports: LoopPorts): Loop {
  const { journal, effects } = ports
  const waiting = queue(options.waitingMax)
  let work: Work | undefined
  let known: Engine | undefined
  let isRecovering = false

  const stop = (why: unknown): void => {
    waiting.rejectAll(why)
    ports.failed(why)
  }
  const running = turns(() => work?.turn(), stop, ports)
  const ended = (): Transient =>
    new Transient('logging an offer', { cause: `the loop is ${running.state}` })

  return {
    offer(offer) {
      if (running.state === 'failed' || running.state === 'closed') return Promise.reject(ended())
      const answer = waiting.offer(offer)
      running.wake()
      return answer
    },
    bookmark: (source) => journal.bookmark(source),
    async start() {
      isRecovering = true
      const recovered = await recover(options, ports, (made) => (known = made))
      isRecovering = false
      work = workOn(recovered, waiting, options, ports)
      ports.at('started')
      running.start()
      return recovered
    },
    engine() {
      if (!known) throw new Bug('the engine is asked before the loop was started')
      return known
    },
    status: () => ({
      state: isRecovering ? 'recovering' : running.state,
      position: work?.position ?? 0,
      emittedThrough: effects.emittedThrough(),
      waiting: waiting.records,
      refused: waiting.refused,
      snapshot: work?.snapshot,
    }),
    close() {
      running.close(() => work?.finish())
      waiting.rejectAll(ended())
    },
  }
}
