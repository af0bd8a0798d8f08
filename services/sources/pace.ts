import type { LookupPage } from '#shared/ports/cloudtrail.ts'
import type { Scheduler } from '#shared/ports/scheduler.ts'
import { cannotRead, pause } from './deliver.ts'

/** Two calls a second for an account and region (CloudTrail API Reference, LookupEvents): so long from one to the next. */
const gapMs = 501
/** Who else asks in the account uses up the same quota: waits after a refusal, ms, the last one again and again. */
const waits = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000] as const
const attemptsMax = 10

/** Makes the calls of one region one after the other, no faster than AWS takes them. */
export type Pace = (region: string, call: () => Promise<LookupPage>) => Promise<LookupPage>

export function paceOf(scheduler: Scheduler): Pace {
  // One entry for each region that is asked.
  const last = new Map<string, number>()
  return async (region, call) => {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const left = (last.get(region) ?? -gapMs) + gapMs - scheduler.elapsed()
      if (left > 0) await pause(left, scheduler)
      last.set(region, scheduler.elapsed())
      const page = await call()
      if (page.as !== 'throttled') return page
      await pause(waits[Math.min(attempt, waits.length - 1)] ?? 0, scheduler)
    }
    throw cannotRead(
      `CloudTrail in ${region}`,
      'the account asks too often there; somebody else uses LookupEvents as well',
    )
  }
}
