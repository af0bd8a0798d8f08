import { Transient } from '#shared/errors.ts'
import type { DeadLetters } from '#shared/ports/dead-letters.ts'
import type { HopLog } from '#shared/ports/hop-log.ts'
import type { Intake } from '#shared/ports/intake.ts'
import type { Journal } from '#shared/ports/journal.ts'
import type { Scheduler } from '#shared/ports/scheduler.ts'
import { batchOf, bookmarksOf } from '#services/serve/batch.ts'
import { queue, type Waiting } from '#services/serve/waiting.ts'
import { admissionsOf } from './admissions.ts'

export type TopicIntakeOptions = {
  readonly partitions: number
  /** Records that are written at a time, if that many wait. */
  readonly batch: number
  /** Records that may wait for the topic. */
  readonly waitingMax: number
}

export type TopicIntakePorts = {
  readonly log: Pick<HopLog, 'append'>
  readonly letters: Pick<DeadLetters, 'add'>
  readonly bookmarks: Pick<Journal, 'bookmark' | 'remark'>
  readonly scheduler: Scheduler
  /** An assumption does not hold: the process should end. */
  readonly failed: (why: unknown) => void
}

export type TopicIntake = Intake & {
  readonly status: () => { readonly waiting: number; readonly refused: number }
  /** Resolves when all that was taken is answered. */
  readonly close: () => Promise<void>
}

/**
 * The way into the topic of normalise. What is acknowledged is there in all copies that the topic asks for; bookmarks and dead
 * letters are stored after it. Who dies in between reads the same once more, which changes nothing (SEMANTICS F6).
 */
export function topicIntake(options: TopicIntakeOptions, ports: TopicIntakePorts): TopicIntake {
  const { log, letters, bookmarks, scheduler } = ports
  const waiting = queue(options.waitingMax)
  let running: Promise<void> | undefined
  let isClosed = false

  const write = async (taken: readonly Waiting[]): Promise<void> => {
    const offers = taken.map(({ offer }) => offer)
    const { records, dead, progress } = batchOf(offers)
    const messages = admissionsOf(records, progress, options.partitions)
    if (messages.length > 0) await log.append(messages)
    if (dead.length > 0) letters.add(dead, scheduler.now())
    const marks = bookmarksOf(offers)
    if (Object.keys(marks).length > 0) bookmarks.remark(marks)
  }
  const run = async (): Promise<void> => {
    // What comes in the same turn is written together.
    await new Promise<void>((resolve) => scheduler.soon(resolve))
    while (waiting.count > 0) {
      const taken = waiting.take(options.batch)
      try {
        await write(taken)
        for (const { resolve } of taken) resolve({ as: 'logged' })
      } catch (thrown) {
        for (const { reject } of taken) reject(thrown)
        if (!(thrown instanceof Transient)) ports.failed(thrown)
      }
    }
    running = undefined
  }
  return {
    bookmark: (source) => bookmarks.bookmark(source),
    offer(offer) {
      if (isClosed) return Promise.reject(new Transient('taking an offer', { cause: 'closed' }))
      const answer = waiting.offer(offer)
      running ??= run()
      return answer
    },
    status: () => ({ waiting: waiting.records, refused: waiting.refused }),
    async close() {
      isClosed = true
      await running
    },
  }
}
