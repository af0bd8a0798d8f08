import type { Scheduler } from '#shared/ports/scheduler.ts'

/** Turns and time of this process. A timer alone does not keep it alive. */
export const systemScheduler: Scheduler = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  soon: (work) => void setImmediate(work),
  later(ms, work) {
    const timer = setTimeout(work, ms).unref()
    return () => clearTimeout(timer)
  },
}
