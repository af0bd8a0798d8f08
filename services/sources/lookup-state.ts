import type { Progress } from '#shared/messages/activity.ts'

/**
 * What is read of one region, epoch ms, whole seconds: everything from `from` to `upTo` is known, and up to `again` it was
 * looked whether something came later than records should.
 */
export type Covered = { readonly from: number; readonly upTo: number; readonly again: number }

export type Regions = ReadonlyMap<string, Covered>

export type Windows = {
  /** How long after a call its record may still come. What is younger is read again at every poll. */
  readonly settleMs: number
  /** How long after a call it is looked once more for a record that came later than that. */
  readonly lateMs: number
  /** How far back the first poll reads. */
  readonly backfillMs: number
  /** Longest stretch that is read in one go. */
  readonly sliceMs: number
}

/** LookupEvents gives no more than 90 days (CloudTrail API Reference); a minute less, since time goes on while we read. */
const historyMs = 90 * 86_400_000 - 60_000

const secondOf = (at: number): number => Math.floor(at / 1000) * 1000

/** Where reading goes on. After a pause that the history does not reach over, what is covered begins anew. */
export function begun(
  known: Covered | undefined,
  now: number,
  { backfillMs, lateMs }: Windows,
): Covered {
  const oldest = secondOf(now - historyMs)
  if (known && known.upTo >= oldest) return { ...known, again: Math.max(known.again, oldest) }
  const from = known ? oldest : Math.max(oldest, secondOf(now - backfillMs))
  // What is older than that is read late enough the first time.
  return { from, upTo: from, again: Math.max(from, secondOf(now - lateMs)) }
}

/** The next stretch to read; `isLast` where it reaches until now. */
export function nextSlice({ upTo }: Covered, now: number, { sliceMs, settleMs }: Windows) {
  const until = secondOf(now)
  // A slice that ended in what may still change would have to be read again from its beginning.
  const isLast = until - upTo <= sliceMs + settleMs
  return { from: Math.min(upTo, until), until: isLast ? until : upTo + sliceMs, isLast }
}

/** What is complete once everything up to `until` was read at `now`: nothing that may still come. */
export function read(covered: Covered, until: number, now: number, { settleMs }: Windows): Covered {
  const settled = secondOf(now - settleMs)
  return { ...covered, upTo: Math.max(covered.upTo, Math.min(until, settled)) }
}

/** The stretch to look at once more, if there is one worth a call; it stays within what is read. */
export function lateSlice(
  { upTo, again }: Covered,
  now: number,
  { lateMs, settleMs, sliceMs }: Windows,
): { readonly from: number; readonly until: number } | undefined {
  const due = Math.min(upTo, secondOf(now - lateMs))
  if (due - again < settleMs) return undefined
  return { from: again, until: Math.min(due, again + sliceMs) }
}

type Teller = Pick<Windows, 'settleMs'> & {
  /** Milliseconds between two polls. */
  readonly everyMs: number
  readonly name: string
  readonly account: string
  /** Whether the regions that are asked are all that the account has in use. */
  readonly isAll: boolean
}

/**
 * What may be told as complete (SEMANTICS E1): each region by itself, or, where these are all regions that the account has
 * in use, the account as far as the last of them.
 */
export function progressOf(
  { name: source, account, isAll, settleMs, everyMs }: Teller,
  regions: Regions,
  asked: readonly string[],
): Progress[] {
  // Twice the time that CloudTrail takes by its own word.
  const within = 2 * settleMs + everyMs
  const told = { kind: 'progress', source, within } as const
  const known = asked.flatMap((region) => {
    const covered = regions.get(region)
    return covered && covered.upTo > covered.from ? [{ region, ...covered }] : []
  })
  if (!isAll)
    return known.map(({ region, from, upTo }) => ({
      ...told,
      scope: `${account}:${region}`,
      from,
      upTo,
    }))
  if (known.length < asked.length) return []
  const from = Math.max(...known.map((each) => each.from))
  const upTo = Math.min(...known.map((each) => each.upTo))
  return upTo > from ? [{ ...told, scope: account, from, upTo }] : []
}

/** Text of a bookmark: `1 us-east-1=FROM-UPTO-AGAIN,…` in epoch ms. */
export const regionsText = (regions: Regions): string =>
  `1 ${[...regions]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([region, { from, upTo, again }]) => `${region}=${from}-${upTo}-${again}`)
    .join(',')}`

/** What a bookmark says; nothing for regions that it does not tell of, so that they begin anew. */
export function regionsFrom(bookmark: string | undefined): Map<string, Covered> {
  const [version, text = ''] = (bookmark ?? '').split(' ')
  if (version !== '1') return new Map()
  return new Map(
    text.split(',').flatMap((part): [string, Covered][] => {
      const match = /^([a-z0-9-]+)=(\d+)-(\d+)(?:-(\d+))?$/.exec(part)
      if (!match) return []
      const [, region = '', from, upTo, again = upTo] = match
      return [[region, { from: Number(from), upTo: Number(upTo), again: Number(again) }]]
    }),
  )
}
