import { deliveryPoints } from '#services/alert/crash-points.ts'
import { cutPoints } from '#services/contain/crash-points.ts'

/**
 * Moments at which a crash is most likely to lose or double something, in the order of the code. The crash tests stop the
 * process at each of them; in production nobody listens.
 */
export const crashPoints = [
  'before append',
  'after append',
  'after unit',
  'in commit',
  'after commit',
  'state copied',
  'snapshot piece written',
  'before snapshot counts',
  'snapshot counts',
  'log forgotten',
  'unit replayed in silence',
  'unit told again',
  'before rebase',
  'in rebase',
  'after rebase',
  'started',
  ...cutPoints,
  ...deliveryPoints,
] as const

export type CrashPoint = (typeof crashPoints)[number]

export type AtCrashPoint = (point: CrashPoint) => void
