import type { Facet } from '#shared/facets.ts'
import type { Severity, Verdict } from '#shared/messages/finding.ts'
import type { SessionFacts } from '#shared/messages/session-facts.ts'
import type { Policy } from '#shared/policy.ts'

/** Raw records (and agent activities) that a detection must, or must not, fire on. Order must not matter. */
export type Example = {
  readonly when: string
  readonly records: readonly unknown[]
  /** Accounts that the records cover completely, as `--covers` says. */
  readonly covers?: readonly string[]
  /** Principals or names configured as issuers. */
  readonly issuers?: readonly string[]
}

/** Everything the engine, the tests and the docs need to know about one detection. Pure: no clock, no chance, no I/O. */
export type Detection = {
  /** File name and finding key: never renamed. */
  readonly id: string
  /** Grows when the same facts may give another verdict (SEMANTICS F5). */
  readonly version: number
  readonly title: string
  /** The gravest that it gives. */
  readonly severity: Severity
  /** ATT&CK technique ids. */
  readonly attack: readonly `T${string}`[]
  readonly why: string
  readonly falseAlarms: string
  readonly reads: readonly Facet[]
  /** What it waits for before it speaks, in words; '' if it speaks at once. */
  readonly wait: string
  /** Which kinds of evidence withdraw its finding (DESIGN §3.7). */
  readonly withdrawnBy: string
  readonly judge: (session: SessionFacts, policy: Policy) => readonly Verdict[]
  readonly fires: readonly Example[]
  readonly silent: readonly Example[]
}

/** All that these detections read. */
export const facetsOf = (detections: readonly Detection[]): ReadonlySet<Facet> =>
  new Set(detections.flatMap(({ reads }) => reads))
