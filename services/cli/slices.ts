import type { Scheduler } from '#shared/ports/scheduler.ts'

/** How long a count may hold up other work at a time, and the least time between two slices, ms: 2 % at most. */
const sliceMs = 5
const betweenMs = 250
/** What was counted is good for so long, ms. */
const freshMs = 15_000

/** A count that takes long, made in short slices whenever somebody asks for it, and not more often than it changes. */
export type Sliced<T> = {
  /** The latest count that is complete; undefined before the first. */
  latest(): T | undefined
  close(): void
}

/** @param count one run of it, which yields wherever others may have their turn */
export function sliced<T>(
  count: () => Generator<void, T>,
  { elapsed, later }: Pick<Scheduler, 'elapsed' | 'later'>,
): Sliced<T> {
  let running: Generator<void, T> | undefined
  let latest: T | undefined
  let next = -Infinity
  let cancel = (): void => undefined
  const slice = (): void => {
    const until = elapsed() + sliceMs
    while (running) {
      const step = running.next()
      if (step.done) {
        latest = step.value
        next = elapsed() + freshMs
        running = undefined
      } else if (elapsed() >= until) {
        cancel = later(betweenMs, slice)
        return
      }
    }
  }
  return {
    latest() {
      if (!running && elapsed() >= next) {
        running = count()
        slice()
      }
      return latest
    },
    close() {
      cancel()
      running = undefined
    },
  }
}
