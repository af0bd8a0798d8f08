import { decode } from '#shared/codec/decode.ts'
import { encode } from '#shared/codec/encode.ts'
import type { Known } from '#shared/codec/known.ts'
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

/** @throws Bug if it is none */
export function admittedFrom(bytes: Uint8Array): Admitted {
  const plain = decode(bytes, known) as ['tick', number] | ['records', Records, readonly Progress[]]
  return plain[0] === 'tick'
    ? { as: 'tick', unit: plain[1] }
    : { as: 'records', records: plain[1], progress: plain[2] }
}
