import type { Finding } from '#shared/messages/finding.ts'
import type { ToEffects } from '#shared/messages/hops.ts'
import type { Incident } from '#shared/messages/incident.ts'

/** What changed in one unit of work; the difference to what stood before it. */
export type Changes = {
  readonly raised: readonly string[]
  readonly changed: readonly string[]
  readonly withdrawn: readonly string[]
}

/**
 * Where what stands is kept: findings by key, incidents by lease root. Effects say *what stands*, so writing them twice is
 * writing them once; a smaller revision never replaces a larger one.
 */
export type Effects = {
  /** Takes what one unit of work said, all of it or nothing. Fails with Transient if the store cannot be written. */
  commit(said: readonly ToEffects[]): Changes
  /** Everything that stands, findings sorted by (first, key), incidents by (first, subject). */
  standing(): { readonly findings: readonly Finding[]; readonly incidents: readonly Incident[] }
}
