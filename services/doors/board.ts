import type { Board } from '#shared/ports/board.ts'
import { behindAfter, type Behind, type ToldBehind } from './behind.ts'

/** What is expected of a source. */
export type Expected = {
  /** Seconds without a word after which it counts as silent; undefined: it may be silent for ever. */
  readonly silence: number | undefined
  /** Seconds without anything new after which it counts as silent though it answers; absent: it may have nothing for ever. */
  readonly brings?: number | undefined
  /** Its broker is asked how many messages wait. */
  readonly isCounted?: boolean | undefined
}

/** What is known of a source since the program started. Times are epoch ms, 0 for never. */
export type SourceState = Expected & {
  readonly name: string
  /** Since when it is expected. */
  readonly since: number
  readonly heard: number
  readonly failedAt: number
  readonly failure: string
  /** Items taken, and refused by reason. */
  readonly taken: number
  readonly refused: ReadonlyMap<string, number>
  /** Reports that came so late after the event that they corroborate nothing. */
  readonly late: number
  /** Least time between what a request told and its receipt, ms, of late; below 0 its clock is ahead of ours. */
  readonly lag: number | undefined
  /** When something was last taken of it. */
  readonly brought: number
  /** When the latest message that was taken was sent to its broker; 0 where nothing says it. */
  readonly sent: number
  /** Messages that its broker has and that are not taken; undefined where it told nothing. */
  readonly behind: Behind | undefined
  /** What is missing before more of it can be called complete, by name and reason. */
  readonly lacking: readonly string[]
}

/** What a door tells of one request. */
export type Told = {
  readonly taken: number
  readonly refused: ReadonlyMap<string, number>
  readonly late: number
  /** Receipt less the latest event time in it, ms; undefined if it told of nothing. */
  readonly lag: number | undefined
  readonly sent?: number | undefined
  readonly behind?: ToldBehind | undefined
}

export type DoorBoard = Board & {
  /**
   * Names all sources of a group (those with tokens, those that are asked) and what is expected of each; from `now` on
   * those that are new are expected, and those that are missing forgotten.
   */
  readonly expect: (group: string, sources: ReadonlyMap<string, Expected>, now: number) => void
  readonly request: (source: string, at: number, told: Told) => void
  /** From now on this is missing, and nothing else. */
  readonly lacks: (source: string, what: readonly string[]) => void
  /** All of them by name. */
  readonly states: () => readonly SourceState[]
}

/** Reasons that are told apart for a source; they are our own words, so there are few. */
const reasonsMax = 32
/** The least lag is that of this window and the one before. */
const lagWindowMs = 10 * 60_000

type Entry = { -readonly [Key in keyof SourceState]: SourceState[Key] } & {
  readonly group: string
  readonly refused: Map<string, number>
  window: number
  lagNow: number | undefined
  lagBefore: number | undefined
}

/** A board with an entry for each expected source, so it is bounded by those that are declared. */
export function doorBoard(): DoorBoard {
  const entries = new Map<string, Entry>()
  return {
    expect(group, sources, now) {
      for (const { name, group: its } of entries.values())
        if (its === group && !sources.has(name)) entries.delete(name)
      for (const [name, { silence, brings, isCounted }] of sources) {
        const entry = entries.get(name) ?? emptyEntry(name, group, now)
        entries.set(name, Object.assign(entry, { silence, brings, isCounted }))
      }
    },
    heard(source, at) {
      const entry = entries.get(source)
      if (entry) entry.heard = at
    },
    failed(source, at, why) {
      const entry = entries.get(source)
      // It is later than what was heard before it, also within one millisecond.
      if (entry) Object.assign(entry, { failedAt: Math.max(at, entry.heard + 1), failure: why })
    },
    request(source, at, { taken, refused, late, lag, sent, behind }) {
      const entry = entries.get(source)
      if (!entry) return
      entry.heard = at
      if (taken > 0) entry.brought = at
      if (sent !== undefined) entry.sent = Math.max(entry.sent, sent)
      entry.behind = behindAfter(entry.behind, at, behind, taken + refused.size > 0)
      entry.taken += taken
      entry.late += late
      for (const [reason, count] of refused) addReason(entry.refused, reason, count)
      if (lag !== undefined) addLag(entry, at, lag)
    },
    lacks(source, what) {
      const entry = entries.get(source)
      if (entry) entry.lacking = what
    },
    states: () => [...entries.values()].map(stateOf).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

const emptyEntry = (name: string, group: string, since: number): Entry => ({
  name,
  group,
  since,
  silence: undefined,
  heard: 0,
  failedAt: 0,
  failure: '',
  taken: 0,
  refused: new Map(),
  late: 0,
  lag: undefined,
  brought: 0,
  sent: 0,
  behind: undefined,
  lacking: [],
  window: 0,
  lagNow: undefined,
  lagBefore: undefined,
})

const stateOf = ({ group: _, window: __, lagNow, lagBefore, ...state }: Entry): SourceState => ({
  ...state,
  refused: new Map(state.refused),
  lag: least(lagNow, lagBefore),
})

function addReason(reasons: Map<string, number>, reason: string, count: number): void {
  const name = reasons.has(reason) || reasons.size < reasonsMax ? reason : 'other reasons'
  reasons.set(name, (reasons.get(name) ?? 0) + count)
}

function addLag(entry: Entry, at: number, lag: number): void {
  const window = Math.floor(at / lagWindowMs)
  if (window !== entry.window) {
    entry.lagBefore = window === entry.window + 1 ? entry.lagNow : undefined
    entry.lagNow = undefined
    entry.window = window
  }
  entry.lagNow = least(entry.lagNow, lag)
}

const least = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)
