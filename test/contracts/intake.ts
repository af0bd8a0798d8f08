import { describe, expect, test } from 'vitest'
import { Transient } from '#shared/errors.ts'
import type { Intake, Offer } from '#shared/ports/intake.ts'

/** What the suite needs to see and do behind the port; an adapter's test gives it. */
export type IntakeUnderTest = {
  readonly intake: Intake
  /** What is logged by now, in order. */
  readonly logged: () => readonly Offer[]
  /** Stops the writing of the log, so that offers wait; `resume` lets them go on. */
  readonly pause: () => void
  readonly resume: () => void
  /** Lets every write of the log fail, as a full disk does. */
  readonly fail: () => void
  /** Offers that may wait. */
  readonly waitingMax: number
}

const offerOf = (id: string, more: Partial<Offer> = {}): Offer => ({
  source: 'orchestrator',
  received: 1_777_885_200_000,
  records: [
    {
      record: `activity/task.ended/${id}`,
      activities: [{ kind: 'task.ended', id, time: 1_777_885_200_000, task: 't-1' }],
    },
  ],
  ...more,
})

/** What every adapter of the port must do. */
export function intakeContract(name: string, make: () => IntakeUnderTest): void {
  describe(`intake: ${name}`, () => {
    test('an offer is logged when its promise resolves', async () => {
      const { intake, logged } = make()
      expect(await intake.offer(offerOf('a'))).toEqual({ as: 'logged' })
      expect(logged()).toEqual([offerOf('a')])
    })

    test('nothing is acknowledged before it is logged', async () => {
      const { intake, logged, pause, resume } = make()
      pause()
      let answered = false
      const answer = intake.offer(offerOf('a')).then((taken) => {
        answered = true
        return taken
      })
      await new Promise((resolve) => setImmediate(resolve))
      expect([answered, logged()]).toEqual([false, []])
      resume()
      expect(await answer).toEqual({ as: 'logged' })
      expect(logged()).toHaveLength(1)
    })

    test('offers of one source are logged in their order', async () => {
      const { intake, logged } = make()
      await Promise.all(['a', 'b', 'c'].map((id) => intake.offer(offerOf(id))))
      expect(logged().flatMap(({ records }) => records.map(({ record }) => record))).toEqual(
        ['a', 'b', 'c'].map((id) => `activity/task.ended/${id}`),
      )
    })

    test('when too much waits, it says so at once, and takes nothing', async () => {
      const { intake, logged, pause, resume, waitingMax } = make()
      pause()
      const waiting = Array.from({ length: waitingMax }, (_, n) => intake.offer(offerOf(`${n}`)))
      const refused = await intake.offer(offerOf('one too many'))
      expect(refused.as === 'busy' && refused.retryAfterSeconds).toBeGreaterThan(0)
      resume()
      for (const taken of await Promise.all(waiting)) expect(taken).toEqual({ as: 'logged' })
      expect(logged()).toHaveLength(waitingMax)
    })

    test('a log that cannot be written is Transient', async () => {
      const { intake, fail } = make()
      fail()
      await expect(intake.offer(offerOf('a'))).rejects.toBeInstanceOf(Transient)
    })

    test('a bookmark stands once its offer is logged, for its source alone', async () => {
      const { intake } = make()
      expect(intake.bookmark('trail')).toBeUndefined()
      await intake.offer(offerOf('a', { source: 'trail', bookmark: 'eu-west-1 12' }))
      await intake.offer(offerOf('b', { source: 'trail' }))
      expect(intake.bookmark('trail')).toBe('eu-west-1 12')
      expect(intake.bookmark('orchestrator')).toBeUndefined()
    })
  })
}
