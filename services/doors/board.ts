import type { Board } from '#shared/ports/board.ts'

/** What is known of a source since the program started. Times are epoch ms, 0 for never. */
export type SourceState = {
  readonly name: string
  /** Since when it is expected. */
  readonly since: number
  /** Seconds without a word after which it counts as silent; undefined: it may be silent for ever. */
  readonly silence: number | undefined
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
  /** Messages that its broker has and that are not taken, as far as is known; undefined where it has no broker. */
  readonly behind: number | undefined
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
  readonly behind?: { readonly partition: number; readonly messages: number } | undefined
}

export type DoorBoard = Board & {
  /**
   * Names all sources of a group (those with tokens, those that are asked) and how many seconds each may be silent; from
   * `now` on those that are new are expected, and those that are missing forgotten.
   */
  readonly expect: (
    group: string,
    sources: ReadonlyMap<string, number | undefined>,
    now: number,
  ) => void
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

type Entry = { -readonly [Key in keyof Omit<SourceState, 'behind'>]: SourceState[Key] } & {
  readonly group: string
  /** By partition; a topic has as many as it has. */
  readonly behind: Map<number, number>
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
      for (const [name, silence] of sources) {
        const entry = entries.get(name) ?? emptyEntry(name, group, now)
        entry.silence = silence
        entries.set(name, entry)
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
    request(source, at, { taken, refused, late, lag, behind }) {
      const entry = entries.get(source)
      if (!entry) return
      entry.heard = at
      if (taken > 0) entry.brought = at
      if (behind) entry.behind.set(behind.partition, behind.messages)
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
  behind: new Map(),
  lacking: [],
  window: 0,
  lagNow: undefined,
  lagBefore: undefined,
})

function stateOf(entry: Entry): SourceState {
  const { name, since, silence, heard, failedAt, failure, taken, late, brought, lacking } = entry
  const seen = { refused: new Map(entry.refused), lag: least(entry.lagNow, entry.lagBefore) }
  const behind =
    entry.behind.size === 0 ? undefined : entry.behind.values().reduce((all, of) => all + of, 0)
  return {
    name,
    since,
    silence,
    heard,
    failedAt,
    failure,
    taken,
    late,
    brought,
    behind,
    lacking,
    ...seen,
  }
}

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
