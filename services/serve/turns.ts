import { Transient } from '#shared/errors.ts'
import type { Log } from '#shared/ports/log.ts'
import type { Scheduler } from '#shared/ports/scheduler.ts'

/** How long a store that cannot be written is left alone, ms. */
const retryMs = 1000

export type TurnState = 'ready' | 'running' | 'stalled' | 'failed' | 'closed'

/** Calls work again and again while there is some, one call at a time. */
export type Turns = {
  readonly state: TurnState
  /** There is work, or will be at some time. */
  wake(inMs?: number): void
  start(): void
  /** The work once more, at once, and never again. */
  close(last: () => void): void
}

/**
 * @param work does one turn's share; says in how many milliseconds there is more, undefined if there is none. What it throws
 * stops it for good, unless it is Transient: then it is called again after a while
 */
export function turns(
  work: () => number | undefined,
  failed: (why: unknown) => void,
  { scheduler, log }: { readonly scheduler: Scheduler; readonly log: Log },
): Turns {
  let state: TurnState = 'ready'
  /** When the next turn is planned, by the scheduler's clock. */
  let planned = Infinity

  let unplan = (): void => undefined

  const wake = (inMs = 0): void => {
    if (state !== 'running' && state !== 'stalled') return
    const due = scheduler.elapsed() + inMs
    if (due >= planned) return
    unplan()
    planned = due
    let isPlanned = true
    const go = (): void => {
      if (!isPlanned) return
      planned = Infinity
      if (state === 'running' || state === 'stalled') guarded(() => plan(work()))
    }
    const cancel = inMs === 0 ? scheduler.soon(go) : scheduler.later(inMs, go)
    unplan = () => {
      isPlanned = false
      cancel?.()
    }
  }

  const plan = (inMs: number | undefined): void => {
    if (state === 'stalled') log.info('the data file can be written again')
    state = 'running'
    if (inMs !== undefined) wake(inMs)
  }

  const guarded = (share: () => void): void => {
    try {
      share()
    } catch (thrown) {
      if (!(thrown instanceof Transient)) {
        state = 'failed'
        return failed(thrown)
      }
      if (state !== 'stalled') log.error('the data file cannot be written', { why: thrown.message })
      state = 'stalled'
      wake(retryMs)
    }
  }

  return {
    get state() {
      return state
    },
    wake: (inMs) => wake(state === 'stalled' ? retryMs : inMs),
    start() {
      state = 'running'
      wake()
    },
    close(last) {
      if (state === 'running' || state === 'stalled') guarded(last)
      state = 'closed'
    },
  }
}
