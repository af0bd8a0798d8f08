const MiB = 1024 * 1024

/** How much ingest takes in at once. What exceeds a limit becomes a dead letter that names it. */
export const limits = {
  /** Bytes of one record. AWS sends at most 1 MB (256 KB before 2025), so this is never a real record. */
  recordBytes: 8 * MiB,
  /** Bytes of one document that holds many records and has to be parsed as a whole. */
  documentBytes: 64 * MiB,
  /** Bytes that the compressed parts of one document may unfold to. */
  unfoldedBytes: 256 * MiB,
  /** Envelopes around one record: SQS in SNS in EventBridge … */
  wrappers: 8,
  /** Bytes behind a broken record of a list in which the next one is looked for in one go. */
  resyncBytes: 256 * 1024,
  /** Brackets open at once in one record. */
  depth: 2_000,
  /** Bytes of a broken record that its dead letter keeps. */
  keptBytes: 64 * 1024,
  /** Compressions around one file: Firehose compresses what CloudWatch Logs has compressed. */
  compressions: 3,
} as const

/** What one message of a topic or a queue may hold: it is read in one go, so its work is bounded, not only its bytes. */
export type MessageLimits = {
  /** Elements in it, whatever becomes of them. */
  readonly elements: number
  /** Its bytes, and those that its compressed parts unfold to. */
  readonly unfoldedBytes: number
  /** Objects and lists that are parsed at once; a short one is a few bytes on the wire and dozens in memory. */
  readonly parts: number
}

/** Objects and lists for each element: a record of CloudTrail has about ten. */
const partsOfOne = 50

export const messageLimitsOf = (elements: number, megabytes: number): MessageLimits => ({
  elements,
  unfoldedBytes: megabytes * MiB,
  parts: elements * partsOfOne,
})

export type Limits = { readonly [name in keyof typeof limits]: number }
