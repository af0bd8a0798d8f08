import { memoryIntake } from '#infra/memory/intake.ts'
import { systemScheduler } from '#infra/clock/scheduler.ts'
import { Transient } from '#shared/errors.ts'
import { batchFrom } from '#services/serve/batch.ts'
import { durableLoop } from '#services/serve/loop.ts'
import { loopOptions, memoryStores, offerOf, silent } from '#test/serve.ts'
import { intakeContract, type IntakeUnderTest } from './intake.ts'

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
          offerOf([record], { source: 'orchestrator', received: 1_777_885_200_000 }),
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
