import { Bug, reasonOf, Transient } from '#shared/errors.ts'
import type { Log } from '#shared/ports/log.ts'
import type { Scheduler } from '#shared/ports/scheduler.ts'
import type { Source } from './source.ts'

export type PollingPorts = {
  readonly scheduler: Scheduler
  readonly log: Log
  readonly board: {
    readonly heard: (source: string, at: number) => void
    readonly failed: (source: string, at: number, why: string) => void
  }
  /** An assumption of a source does not hold: the process should end. */
  readonly failed: (why: unknown) => void
}

/** After a failure a source is asked again after a second, then twice that, at last every so many ms, or as it says itself. */
const longestPauseMs = 60_000

export type Polling = {
  /** No more polls; resolves when those under way have ended. */
  close(): Promise<void>
}

/** Asks each source again and again, each by itself, and tells the board whether it answered. */
export function keepPolling(sources: readonly Source[], ports: PollingPorts): Polling {
  let isClosed = false
  const underWay = new Set<Promise<void>>()
  const planned = new Set<() => void>()
  // Names of sources, at most all of them.
  const troubled = new Set<string>()

  const plan = (source: Source, failures: number, ms: number): void => {
    const cancel = ports.scheduler.later(ms, () => {
      planned.delete(cancel)
      if (isClosed) return
      const run = ask(source, failures).finally(() => underWay.delete(run))
      underWay.add(run)
    })
    planned.add(cancel)
  }

  const tellOf = ({ name }: Source, { message: why }: Transient): void => {
    ports.board.failed(name, ports.scheduler.now(), why)
    // Once, not at every attempt: the board shows what is still wrong.
    if (!troubled.has(name)) ports.log.warn('a source does not answer', { source: name, why })
    troubled.add(name)
  }

  const ask = async (source: Source, failures: number): Promise<void> => {
    const { scheduler, board, log } = ports
    try {
      const answer = await source.poll(scheduler.now())
      const { ms, trouble } =
        typeof answer === 'number' ? { ms: answer, trouble: undefined } : answer
      if (trouble) tellOf(source, trouble)
      else {
        board.heard(source.name, scheduler.now())
        if (troubled.delete(source.name))
          log.info('a source answers again', { source: source.name })
      }
      if (!isClosed) plan(source, 0, ms)
    } catch (thrown) {
      if (!(thrown instanceof Transient)) return ports.failed(bugOf(source, thrown))
      tellOf(source, thrown)
      const longest = source.longestPauseMs ?? longestPauseMs
      if (!isClosed) plan(source, failures + 1, Math.min(1000 * 2 ** failures, longest))
    }
  }

  for (const source of sources) plan(source, 0, 0)
  return {
    async close() {
      isClosed = true
      for (const cancel of planned) cancel()
      await Promise.all(underWay)
      await Promise.all(sources.map(async (source) => await source.close?.()))
    },
  }
}

const bugOf = ({ name }: Source, thrown: unknown): Bug =>
  thrown instanceof Bug
    ? thrown
    : new Bug(`source ${name} fails only with Transient, not: ${reasonOf(thrown)}`, {
        cause: thrown,
      })
