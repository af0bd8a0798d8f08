import type { Case, Remedy } from '#shared/messages/desk.ts'
import { stepOf } from './step.ts'

/** How far containment of an incident has come. */
export type Step = {
  /** In a few words, as a person reads it: "key AKIA… disabled, not verified yet". */
  readonly says: string
  readonly by: string
  /** Epoch ms. */
  readonly at: number
  readonly remedy?: Remedy
}

/** Containment of an incident has gone a step: always worth a word, whatever its state is. */
export const contained = (each: Case, { says, by, at, remedy }: Step): ReturnType<typeof stepOf> =>
  stepOf(
    { ...each, containment: says },
    { kind: 'changed', at, because: 'containment', by, says: [says], ...(remedy && { remedy }) },
  )
