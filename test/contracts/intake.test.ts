import { memoryIntake } from '#infra/memory/intake.ts'
import { memoryHopLog } from '#infra/memory/hop-log.ts'
import { systemScheduler } from '#infra/clock/scheduler.ts'
import { Transient } from '#shared/errors.ts'
import type { Offer } from '#shared/ports/intake.ts'
import { admittedFrom } from '#services/hops/admitted.ts'
import { topicIntake } from '#services/hops/topic-intake.ts'
import { batchFrom } from '#services/serve/batch.ts'
import { durableLoop } from '#services/serve/loop.ts'
import { loopOptions, memoryStores, offerOf, silent } from '#test/serve.ts'
import { intakeContract, type IntakeUnderTest } from './intake.ts'

const received = 1_777_885_200_000

intakeContract('memory', () => {
  const waitingMax = 3
  const intake = memoryIntake(waitingMax)
  return {
    intake,
    logged: () => intake.logged,
    pause: () => intake.pause(),
    resume: () => intake.resume(),
    fail: () => intake.break(),
    waitingMax,
  }
})

intakeContract('the durable loop', (): IntakeUnderTest => {
  const waitingMax = 3
  const stores = memoryStores()
  const state = { isPaused: false, isFull: false }
  const held: (() => void)[] = []
  const append: typeof stores.journal.append = (...args) => {
    if (state.isFull) throw new Transient('logging', { cause: 'no space left' })
    return stores.journal.append(...args)
  }
  const intake = durableLoop(loopOptions({ waitingMax }), {
    ...stores,
    journal: { ...stores.journal, append },
    scheduler: {
      ...systemScheduler,
      soon: (work) => void (state.isPaused ? held.push(work) : setImmediate(work)),
    },
    log: silent,
    participants: [],
    at: () => undefined,
    failed: () => undefined,
  })
  void intake.start()
  return {
    intake,
    logged: () =>
      [...stores.journal.read(0)].flatMap(({ body }) =>
        batchFrom(body).records.map((record) =>
          offerOf([record], { source: 'orchestrator', received }),
        ),
      ),
    pause: () => void (state.isPaused = true),
    resume() {
      state.isPaused = false
      for (const work of held.splice(0)) work()
    },
    fail: () => void (state.isFull = true),
    waitingMax,
  }
})

intakeContract('the topic of normalise', (): IntakeUnderTest => {
  const waitingMax = 3
  const logs = memoryHopLog()
  const log = logs.open()
  const stores = memoryStores()
  const marks = new Map<string, string>()
  const logged: Offer[] = []
  const taken = { take: hear, wants: () => true, lost: () => undefined }
  function hear(value: Uint8Array): void {
    const admitted = admittedFrom(value)
    if (admitted.as === 'tick') return
    for (const [record, activities] of admitted.records)
      logged.push(offerOf([{ record, activities }], { source: 'orchestrator', received }))
  }
  log.follow('normalise/0', 0, taken)
  const state = { isPaused: false, isFull: false }
  const held: (() => void)[] = []
  const intake = topicIntake(
    { partitions: 1, batch: 50, waitingMax },
    {
      log: {
        append: async (messages) => {
          if (state.isFull) throw new Transient('writing to topics', { cause: 'no answer' })
          await log.append(messages)
          // The follower above is no broker: it hears in a turn of its own.
          await new Promise((resolve) => setImmediate(resolve))
        },
      },
      letters: stores.letters,
      bookmarks: {
        bookmark: (source) => marks.get(source),
        remark: (changes) => {
          for (const [source, mark] of Object.entries(changes)) marks.set(source, mark ?? '')
        },
      },
      scheduler: {
        ...systemScheduler,
        soon: (work) => void (state.isPaused ? held.push(work) : setImmediate(work)),
      },
      failed: () => undefined,
    },
  )
  return {
    intake,
    logged: () => logged,
    pause: () => void (state.isPaused = true),
    resume() {
      state.isPaused = false
      for (const work of held.splice(0)) work()
    },
    fail: () => void (state.isFull = true),
    waitingMax,
  }
})
