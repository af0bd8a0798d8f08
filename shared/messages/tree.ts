import type { Holder } from './holder.ts'
import type { Incident } from './incident.ts'

/**
 * The credentials that containment looks at for one incident, read from the engine's states: who is compromised, what made
 * them, and who shares with them what IAM can tell apart (DESIGN §3.4).
 */
export type Tree = {
  /** Compromised: with a standing finding on itself, or minted from such a one. Parents before children. */
  readonly members: readonly TreeNode[]
  /** Members were left out at the bound: no cut of these is sufficient. */
  readonly cut: boolean
  /** What issued the topmost members and has no finding itself, and all that it minted besides. Parents first. */
  readonly beyond: readonly TreeNode[]
  /** Everybody else who acts as one of these principals, or with one of these keys. Sorted by principal and key. */
  readonly others: readonly Other[]
}

export type TreeNode = {
  /** Key id as in the records, `password:<principal>` for a password; '' where they show none. */
  readonly credential: string
  readonly principal: string
  /** creationDate or time of issue, epoch ms; 0 unknown, or long-lived. */
  readonly created: number
  /** Epoch ms; 0 unknown, or never. */
  readonly expires: number
  /** Latest direct use, epoch ms; 0 none. */
  readonly last: number
  /** Key id or principal that it was made by; '' where no record shows it. */
  readonly from: string
  /** Principal that asked for it; '' unknown. */
  readonly maker: string
  /** Keys of the standing findings on it; empty if it is here because of what made it. */
  readonly findings: readonly string[]
  readonly holder: Holder
  /** `service:action` pairs that it was refused before, sorted. */
  readonly refused: readonly string[]
}

/** Somebody who is no member and would be hit by a cut of the unit. */
export type Other = {
  readonly credential: string
  readonly principal: string
  /** The principal that asked for it; '' unknown. */
  readonly maker: string
  readonly created: number
  readonly expires: number
  readonly last: number
  readonly holder: Holder
  /** A task that may use a member's credential besides its holder; '' where this is another credential. */
  readonly task: string
}

/** An incident as containment looks at it: whole, its id the handle. */
export type Seen = { readonly incident: Incident; readonly tree: Tree }
