import type { Mark } from '#shared/facts/mark.ts'
import type { Deed } from './deed.ts'
import type { Conflict, Holder, PathNode, Rank } from './holder.ts'
import type { IdentityKind } from './use.ts'

/**
 * All that correlate knows of one session, as it travels to detect: a register, so a newer one replaces it whole.
 * Every list is sorted and bounded; what a bound dropped is counted in `dropped`.
 */
export type SessionFacts = {
  readonly session: string
  /** Position of the change; the highest wins. */
  readonly revision: number
  readonly principal: string
  readonly identity: IdentityKind
  readonly account: string
  /** creationDate, epoch ms; 0 where the credential is long-lived or it is unknown. */
  readonly created: number
  readonly console: boolean
  readonly hiddenIssue: boolean
  readonly instance: string
  readonly subject: string
  readonly leaseRoot: string
  readonly holder: Holder
  readonly conflicts: readonly Conflict[]
  /** Ancestors, root first, without this session. */
  readonly path: readonly PathNode[]
  readonly keys: readonly KeyFacts[]
  readonly actors: readonly ActorFacts[]
  readonly tasks: readonly TaskFacts[]
  readonly places: readonly PlaceFacts[]
  /** Principals that are no instance and work from the same address with the same agent in the same or a neighbouring hour. */
  readonly neighbours: readonly Neighbour[]
  readonly denied: readonly DeniedMark[]
  readonly harvest: readonly HarvestMark[]
  readonly deeds: readonly DeedFact[]
  /** What others, and this session, did to the things that its deeds name and to its own principal, by target. */
  readonly targets: Readonly<Record<string, readonly TargetDeed[]>>
  /** Since when the account's STS is covered completely; Infinity: not at all. Epoch ms. */
  readonly coveredFrom: number
  readonly frontier: number
  readonly first: Mark
  readonly last: Mark
  readonly dropped: number
}

export type KeyFacts = {
  readonly key: string
  readonly uses: number
  readonly first: Mark
  readonly last: Mark
  /** The issue record that matches (same key, promised principal, creationDate within 2 s). */
  readonly issue?: { readonly id: string; readonly at: number; readonly call: string; readonly expires: number; readonly by: string }
  /** Leases that name the key. */
  readonly leases: readonly LeaseFacts[]
  /** Earliest use after `expires`, if any. */
  readonly expires: number
}

export type LeaseFacts = Mark & {
  readonly task: string
  readonly agent: string
  readonly issuer: string
  readonly rank: Rank
  readonly delegatedFrom: string
  readonly expires: number
}

/** Somebody whom evidence about single uses names as having made them. */
export type ActorFacts = {
  readonly task: string
  readonly agent: string
  /** corroborated: a requestID agrees; claimed: a report alone names the key. */
  readonly rank: Rank
  readonly rule: string
  readonly first: Mark
  readonly last: Mark
  readonly count: number
  readonly keys: readonly string[]
  /** Records (uses, or reports where no use is known) that this actor is named for, earliest first. */
  readonly evidence: readonly Mark[]
  /** Why he may hold the credential all the same: `own`, `sub-task`, `hand-off`, `delegated`; '' if nothing does. */
  readonly excuse: string
  /** A declaration that does not count (wrong source, or too late): told, never believed. */
  readonly claimedExcuse: string
  /** Lease root of the actor's own credential if exactly one is known; ''. */
  readonly root: string
}

/** What is known of a task that the session's evidence names. */
export type TaskFacts = {
  readonly task: string
  readonly agent: string
  readonly started?: Mark
  readonly ended?: Mark
  readonly role: 'holder' | 'delegate' | 'actor'
}

/** One place (address and agent) in one hour, for one key. */
export type PlaceFacts = {
  readonly key: string
  readonly address: string
  readonly agent: string
  readonly first: Mark
  readonly last: Mark
}

export type Neighbour = {
  readonly principal: string
  readonly session: string
  readonly leaseRoot: string
  readonly address: string
  readonly agent: string
  readonly first: Mark
}

export type DeniedMark = Mark & {
  readonly key: string
  readonly service: string
  readonly action: string
  readonly target: string
  /** The same credential succeeded with the same call on the same target within 60 s. */
  readonly settled: boolean
}

export type HarvestMark = Mark & { readonly key: string; readonly names: readonly string[] }

export type DeedFact = Mark & Deed & { readonly key: string; readonly service: string; readonly action: string; readonly account: string }

/** A deed on a target as the join answers it: who did it, whose story he belongs to. */
export type TargetDeed = Mark & {
  readonly deed: Deed['deed']
  readonly session: string
  readonly principal: string
  readonly subject: string
  readonly leaseRoot: string
  readonly outcome: Deed['outcome']
  readonly power: Deed['power']
  readonly grantee: Deed['grantee']
  readonly effect: Deed['effect']
  readonly about: readonly string[]
  readonly key: string
}
