import type { Mark } from '#shared/facts/mark.ts'
import type { Finding, Severity } from './finding.ts'
import type { Holder, PathNode } from './holder.ts'

/** The standing findings of one lease root, and of whom it granted power to, as one story with one severity. */
export type Incident = {
  /** Handle: given when first raised, never changed; no part of the outcome. */
  readonly id: string
  readonly severity: Severity
  /** One sentence that a person understands. */
  readonly title: string
  readonly subject: string
  readonly holder: Holder
  /** Key ids as in the records, sorted. */
  readonly credentials: readonly string[]
  /** Sorted by (first, key). */
  readonly findings: readonly Finding[]
  readonly first: Mark
  readonly last: Mark
  /** Root first; the last node is the session of the gravest finding. */
  readonly chain: readonly PathNode[]
  readonly unknown: readonly string[]
}
