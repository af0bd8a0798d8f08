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
  readonly places: readonly PlaceFacts[]
  /** There were more places than are kept, and several programs: which came first is not known. */
  readonly crowded: boolean
  /** Principals that are no instance and work from one of the addresses in the same or a neighbouring hour. */
  readonly neighbours: readonly Neighbour[]
  readonly denied: readonly DeniedMark[]
  readonly harvest: readonly HarvestMark[]
  readonly deeds: readonly DeedFact[]
  /** What others, and this session, did to the things that its deeds name and to its own principal, by target. */
  readonly targets: Readonly<Record<string, readonly TargetDeed[]>>
  /** Since when the account's STS is covered completely; Infinity: not at all. Epoch ms. */
  readonly coveredFrom: number
  readonly frontier: number
}

/** One key of the session. A session has several if they were issued in one second, or if it is a console session. */
export type KeyFacts = {
  readonly key: string
  readonly first: Mark
  readonly last: Mark
  readonly holder: Holder
  /** The issue record that matches: same key, promised principal, creationDate within 2 s. */
  readonly issue?: Mark & { readonly call: string; readonly by: string }
  /** When it expires as its issue or a lease says, epoch ms; 0 unknown. */
  readonly expires: number
  /** When the last task that may use it ended; absent while one of them has not. */
  readonly ended?: Ended
}

export type Ended = Mark & {
  readonly task: string
  /**
   * Epoch ms from which the end was known at the door, by somebody who surely speaks for the task: nobody can end another's
   * task for a time that is past, as far as machines act on it. Infinity: nobody surely said so, or without a stamp.
   */
  readonly known: number
}

/** Somebody whom evidence about single uses names as having made them. */
export type ActorFacts = {
  readonly key: string
  readonly task: string
  readonly agent: string
  /** corroborated: a requestID agrees; claimed: a report alone. */
  readonly rank: Rank
  readonly rule: string
  readonly first: Mark
  readonly last: Mark
  /** Records (uses, or reports where no use is known) for which he is named, earliest first. */
  readonly marks: readonly Mark[]
  /** Is there more than one source's word: enough for a machine to act on? */
  readonly sure: boolean
  /** At which level he is not the holder, nor excused; '' if he may. */
  readonly foreign: 'task' | 'agent' | ''
  /** Why he may hold the credential: `own`, `delegated`, `sub-task`, `hand-off`; ''. */
  readonly excuse: string
  /** A declaration that does not count (wrong source, or too late): told, never believed. */
  readonly claimedExcuse: string
  /** Lease root of what the actor's task holds itself, if exactly one is known; ''. */
  readonly root: string
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

/** A deed with the record that shows it. `key` is the key that signed the call, `made` the key id that it made. */
export type DeedFact = Mark &
  Omit<Deed, 'key'> & {
    readonly key: string
    readonly made?: string
    readonly service: string
    readonly action: string
  }

/** A deed on a target as the join answers it: who did it, whose story he belongs to. */
export type TargetDeed = Mark & {
  readonly deed: Deed['deed']
  /** The deed's own target; what is named in `about` hears of it too. */
  readonly target: string
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
