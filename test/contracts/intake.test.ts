import { memoryIntake } from '#infra/memory/intake.ts'
import { intakeContract } from './intake.ts'

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
