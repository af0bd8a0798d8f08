import { decode } from '#shared/codec/decode.ts'
import { encode } from '#shared/codec/encode.ts'
import type { Known } from '#shared/codec/known.ts'
import { Bug } from '#shared/errors.ts'
import type { Progress } from '#shared/messages/activity.ts'
import type { Mapped } from '#shared/messages/record.ts'

type Records = readonly (readonly [record: string, activities: readonly Mapped[]])[]

/** What the topic of normalise holds. It is the log from which everything else can be made again, so it names no generation. */
export type Admitted =
  | { readonly as: 'records'; readonly records: Records; readonly progress: readonly Progress[] }
  /** The unit that is open ends here. Who works at the place says so, in time. */
  | { readonly as: 'tick'; readonly unit: number }

/** Plain data only. */
const known: Known = { classes: [], values: {}, entities: [] }

export function bytesOfAdmitted(admitted: Admitted): Uint8Array {
  const plain =
    admitted.as === 'tick'
      ? ['tick', admitted.unit]
      : ['records', admitted.records, admitted.progress]
  return Buffer.concat(encode(plain, known))
}

/** @throws Error of whatever kind if it is none */
export function admittedFrom(bytes: Uint8Array): Admitted {
  const [as, first, second] = decode(bytes, known) as readonly unknown[]
  if (as === 'tick' && Number.isSafeInteger(first)) return { as, unit: first as number }
  if (as !== 'records' || !Array.isArray(first) || !Array.isArray(second))
    throw new Bug('what is neither records nor a tick')
  return { as, records: first as Records, progress: second as readonly Progress[] }
}
