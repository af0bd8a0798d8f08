import type { Finding } from '#shared/messages/finding.ts'
import type { ToEffects } from '#shared/messages/hops.ts'
import type { Incident } from '#shared/messages/incident.ts'

/**
 * Why something stands, or stands no more: the records say so, or other code and settings judge the same records (SEMANTICS
 * F5). Nothing automatic follows from what changed because of the version.
 */
export type Because = 'records' | 'version'

/** What changed in one commit; the difference to what stood before it. Findings by key. */
export type Changes = {
  readonly position: number
  readonly because: Because
  readonly raised: readonly string[]
  readonly changed: readonly string[]
  readonly withdrawn: readonly string[]
  /** Lease roots of which other incidents stand than before. */
  readonly incidents: readonly IncidentChange[]
}

export type IncidentChange = {
  readonly root: string
  readonly before: readonly Incident[]
  readonly now: readonly Incident[]
}

/** A finding as it stands, with the revision of what it was told by. */
export type FindingRow = { readonly revision: number; readonly finding: Finding }

/** What stands, by finding key and by lease root. */
export type Standing = {
  readonly findings: ReadonlyMap<string, FindingRow>
  readonly incidents: ReadonlyMap<string, readonly Incident[]>
}

/**
 * Takes part in a commit: what it writes to the same store is durable together with the commit, or not at all. It may be
 * called again for the same position if the store failed, so it keeps nothing in memory.
 */
export type Also = (changes: Changes) => void

/**
 * Where what stands is kept: findings by key, incidents by lease root. Effects say *what stands*, so writing them twice is
 * writing them once; a smaller revision never replaces a larger one.
 */
export type Effects = {
  /**
   * Takes what the units of work said up to a position, and that they did, all of it or nothing.
   * @throws Transient if the store cannot be written now; nothing was taken
   */
  commit(said: readonly ToEffects[], position: number, also?: Also): Changes
  /** Everything that stands, findings sorted by (first, key), incidents by (first, subject). */
  standing(): { readonly findings: readonly Finding[]; readonly incidents: readonly Incident[] }
  /** How many findings stand, by detection; never reads them all. */
  counts(): ReadonlyMap<string, number>
  /** The position through which everything that was said is committed; 0 at the beginning. */
  emittedThrough(): number
  /** The generation whose effects stand; '' before the first (SEMANTICS F5). */
  generation(): string
  /**
   * Puts what a new generation finds in the place of what stood, and says the difference. What was raised at a position
   * before `since` can not be judged again, since its records are forgotten: it stays as it is.
   */
  rebase(standing: Standing, generation: string, since: number, also?: Also): Changes
}
