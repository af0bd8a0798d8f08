import type { AgentActivity } from './activity.ts'
import type { KeyExposed } from './exposure.ts'
import type { IssueCopy, Use } from './use.ts'

/** Where a raw record can be found again. */
export type Pointer = {
  /** Path or address of the file. */
  readonly source: string
  /** Byte offset of the record in the decoded file, or its ordinal where the wrapper was parsed as a whole. */
  readonly offset: number
  /** The way through the wrappers to it, such as `logEvents[3].message`; absent where nothing was wrapped around it. */
  readonly within?: string
}

/** What ingest hands to normalise: one element after unwrapping (SEMANTICS A1). */
export type RawRecord = {
  readonly pointer: Pointer
  /** The parsed JSON value. */
  readonly value: unknown
  /** The door's stamp, epoch ms; absent for files. */
  readonly received?: number
}

/** What normalise makes of one record. */
export type Normalised =
  | {
      readonly as: 'mapped'
      readonly record: string
      readonly activities: readonly Mapped[]
      /** Parts of a record of many (spans of an OTLP document) that could not be read; the others are mapped. */
      readonly rejected?: readonly Rejected[]
    }
  | { readonly as: 'ignored'; readonly reason: string }
  | { readonly as: 'dead'; readonly reason: string; readonly field: string }

/** Why parts of a record were refused, and how many. */
export type Rejected = { readonly reason: string; readonly field: string; readonly count: number }

/** One activity on its way to the hop that owns its key. */
export type Mapped = Use | IssueCopy | KeyExposed | AgentActivity

/** Did an agent, or who speaks for it, say this? Else AWS wrote it. */
export const isReport = (activity: Mapped): activity is AgentActivity =>
  activity.kind !== 'credential.used' &&
  activity.kind !== 'credential.issued.copy' &&
  activity.kind !== 'key.exposed'
