/** How good the evidence for a holder is, best first (DESIGN §3.1). */
export const ranks = ['exact', 'corroborated', 'claimed', 'inferred'] as const
export type Rank = (typeof ranks)[number]
export type Level = 'human' | 'agent' | 'task'
export const levels: readonly Level[] = ['human', 'agent', 'task']

/** The answer at one level: the best rank that has a candidate; several of it are `ambiguous`; none, `none`. */
export type LevelHolder = {
  readonly rank: Rank | 'ambiguous' | 'none'
  readonly id: string | null
  /** All of the best rank, sorted; at most 8. */
  readonly candidates: readonly string[]
  /** Which rule gave it, in a few words. */
  readonly rule: string
}

export type Holder = Readonly<Record<Level, LevelHolder>>

/** One piece of evidence about who a credential was given to. */
export type Evidence = {
  readonly level: Level
  readonly id: string
  readonly rank: Rank
  readonly rule: string
  /** The record or activity that says so. */
  readonly record: string
  /** The agent that the same evidence names beside a task; '' if none. */
  readonly agent: string
  /** `given`: it tells who was given the credential. `use`: it tells who made one use, so its holder only for want of better. */
  readonly from: 'given' | 'use'
}

/** A weaker rank that disagrees with the holder: it changes nothing, but is told. */
export type Conflict = {
  readonly level: Level
  readonly holder: string
  readonly says: string
  readonly rank: Rank
  readonly rule: string
  readonly record: string
  readonly at: number
}

/** One credential on the way from the root of a chain down to a session. */
export type PathNode = {
  readonly session: string
  readonly principal: string
  readonly key: string
  readonly holder: Holder
  /** The issue that made this node from the one before; absent on the root. */
  readonly edge?: Edge
}

export type Edge = {
  readonly record: string
  readonly at: number
  readonly rank: Rank
  readonly rule: string
}

export const rankOf = (rank: Rank): number => ranks.indexOf(rank)
/** The weaker of two ranks. */
export const weaker = (a: Rank, b: Rank): Rank => (rankOf(a) >= rankOf(b) ? a : b)

const nobody: LevelHolder = { rank: 'none', id: null, candidates: [], rule: 'no evidence' }
export const noHolder: Holder = { human: nobody, agent: nobody, task: nobody }
