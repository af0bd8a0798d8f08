import { Transient } from '#shared/errors.ts'
import type { Intake, Offer, Taken } from '#shared/ports/intake.ts'

/** Seconds that a sender is asked to wait when there is no room. */
const retryAfterSeconds = 1

export type MemoryIntake = Intake & {
  /** All that was logged, in order. */
  readonly logged: readonly Offer[]
  /** From now on offers wait, unlogged and unanswered, until `resume`. */
  pause(): void
  resume(): void
  /** From now on the log cannot be written, until `mend`. */
  break(): void
  mend(): void
}

/** An intake that logs to memory and takes at most `waitingMax` offers that wait. */
export function memoryIntake(waitingMax = 100): MemoryIntake {
  const logged: Offer[] = []
  const bookmarks = new Map<string, string>()
  const waiting: (() => void)[] = []
  let paused = false
  let broken = false
  const log = (offer: Offer): Taken => {
    if (broken) throw new Transient('logging an offer', { cause: new Error('no space left') })
    logged.push(offer)
    if (offer.bookmark !== undefined) bookmarks.set(offer.source, offer.bookmark)
    return { as: 'logged' }
  }
  return {
    logged,
    bookmark: (source) => bookmarks.get(source),
    offer: async (offer) => {
      if (!paused) return await Promise.resolve(offer).then(log)
      if (waiting.length >= waitingMax) return { as: 'busy', retryAfterSeconds }
      return await new Promise<void>((resolve) => waiting.push(resolve)).then(() => log(offer))
    },
    pause: () => void (paused = true),
    resume() {
      paused = false
      for (const go of waiting.splice(0)) go()
    },
    break: () => void (broken = true),
    mend: () => void (broken = false),
  }
}
