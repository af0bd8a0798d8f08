import type { Scheduler } from '#shared/ports/scheduler.ts'

export type ManualScheduler = Scheduler & {
  /** Gives every waiting piece of work its turn, also that which comes up meanwhile. */
  run(): void
  /** Lets time pass, and does what falls due. */
  pass(ms: number): void
}

/** Turns and time as a test gives them. */
export function manualScheduler(epochMs: number): ManualScheduler {
  const waiting: { at: number; work: () => void }[] = []
  let elapsed = 0
  const run = (): void => {
    for (;;) {
      const next = waiting.findIndex(({ at }) => at <= elapsed)
      const [found] = next < 0 ? [] : waiting.splice(next, 1)
      if (!found) return
      found.work()
    }
  }
  return {
    now: () => epochMs + elapsed,
    elapsed: () => elapsed,
    soon: (work) => void waiting.push({ at: elapsed, work }),
    later(ms, work) {
      const item = { at: elapsed + ms, work }
      waiting.push(item)
      return () => void (waiting.includes(item) && waiting.splice(waiting.indexOf(item), 1))
    },
    run,
    pass(ms) {
      elapsed += ms
      run()
    },
  }
}
