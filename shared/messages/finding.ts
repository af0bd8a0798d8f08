import type { Mark } from '#shared/facts/mark.ts'
import type { Holder, PathNode } from './holder.ts'

export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const
/** `info` is posture: it opens no incident, joins none and changes no exit status (SEMANTICS D5). */
export type Severity = (typeof severities)[number]

/** The graver of two. */
export const graver = (a: Severity, b: Severity): Severity =>
  severities.indexOf(a) >= severities.indexOf(b) ? a : b

/** What a detection says of one unit; the engine adds who and where. */
export type Verdict = {
  /** Tells several verdicts of one detection on one session apart, such as the target of a deed; '' if there is one. */
  readonly unit: string
  readonly severity: Severity
  /** Everything that proves it; the engine keeps the earliest 50 by (time, id) and the count. */
  readonly evidence: readonly Mark[]
  /** How many pieces of evidence there are in all; default: the length of `evidence`. */
  readonly count?: number
  /** A clause without a subject, past tense: "attached AdministratorAccess to user alice". */
  readonly says: string
  /** Key ids that the finding is about; default: those of the session that made the evidence. */
  readonly credentials?: readonly string[]
  /** Key ids that the deeds made for somebody: no key of this session, but what a cut must reach too. */
  readonly made?: readonly string[]
  /** Record ids of deeds that gave power to somebody else: what he does next belongs to this story. */
  readonly grants?: readonly string[]
  /** Lease root of the one known actor: the finding belongs to his story. */
  readonly joins?: string
  /** What the story combines, as `word:thing`, such as `command-on:instance/i-1`. */
  readonly tags?: readonly string[]
  /** What it could not know, in words. */
  readonly unknown?: readonly string[]
  /** Never acted on automatically (an inference, a claim). */
  readonly never?: 'auto'
}

/** A verdict that stands, with its session's context. Key: (detection, session, unit), never the subject (SEMANTICS D2). */
export type Finding = {
  readonly key: string
  readonly detection: string
  readonly session: string
  readonly subject: string
  readonly leaseRoot: string
  readonly severity: Severity
  readonly says: string
  readonly first: Mark
  readonly last: Mark
  /** Earliest 50 record ids by (time, id). */
  readonly evidence: readonly Mark[]
  readonly count: number
  readonly credentials: readonly string[]
  /** Key ids made for somebody, sorted; absent where none were. */
  readonly made?: readonly string[]
  readonly holder: Holder
  readonly path: readonly PathNode[]
  readonly principal: string
  readonly grants: readonly string[]
  /** Who gave this session's principal its power, by target lookup: candidates for joining their story. */
  readonly grantedBy: readonly GrantedBy[]
  readonly joins: string
  readonly tags: readonly string[]
  readonly unknown: readonly string[]
  /** Never acted on automatically: it rests on an inference or a claim. */
  readonly never?: 'auto'
}

/** A deed that gave this principal power, and the lease root of who did it. */
export type GrantedBy = { readonly leaseRoot: string; readonly at: number; readonly id: string }

/** How many record ids a finding keeps (SEMANTICS G2). */
export const evidenceMax = 50
