import type { Progress } from '#shared/messages/activity.ts'

/** Everything that was delivered between these times is handed over, epoch ms. */
export type Covered = { readonly from: number; readonly end: number }

/** Where records of IAM and of other global services are (CloudTrail User Guide, "global service events"). */
const home = 'us-east-1'
/** A digest names what was delivered in its hour: events of its last minutes come by CloudTrail's own word so much later. */
const settleMs = 15 * 60_000
/** Digests come each hour, some time after it, and are copied from there. */
const withinMs = 150 * 60_000

/** What is covered of one trail. */
export type TrailCovered = Covered & {
  /** Before `from` something of it is missing for good; otherwise the trail, as it is known here, begins there. */
  readonly isAnew: boolean
}

/** What of event time is complete where all of this was delivered. */
export const toldOf = (source: string, scope: string, { from, end }: Covered): Progress[] =>
  end - settleMs > from
    ? [{ kind: 'progress', source, scope, from, upTo: end - settleMs, within: withinMs }]
    : []

/**
 * Text of a bookmark: `2 FROM-END` in epoch ms, with ` anew` behind it where something is missing before. One of version 1 may be
 * of several trails of one name: such a trail begins anew.
 */
export const coveredText = ({ from, end, isAnew }: TrailCovered): string =>
  `2 ${from}-${end}${isAnew ? ' anew' : ''}`

export function coveredIn(bookmark: string | undefined): TrailCovered | undefined {
  const match = /^2 (\d+)-(\d+)( anew)?$/.exec(bookmark ?? '')
  return match
    ? { from: Number(match[1]), end: Number(match[2]), isAnew: match[3] !== undefined }
    : undefined
}

/** The digests of one trail in one region of one account. */
export type TrailThere = {
  readonly account: string
  readonly region: string
  readonly covered: TrailCovered | undefined
  /** End of its newest digest, epoch ms. */
  readonly newest: number
}

/** A trail whose digests end so far before those of another is none any more. */
export const horizonMs = 26 * 3_600_000

/**
 * What is covered in one region: as far as the slowest of its trails, since one of them may record less than another, and for the
 * same reason not before what is missing of any of them. Where a trail just begins later than another, nothing is missing.
 */
function coveredBy(trails: readonly TrailThere[]): Covered | undefined {
  const newest = Math.max(...trails.map((trail) => trail.newest))
  const live = trails.filter((trail) => trail.newest > newest - horizonMs)
  const covered = lowestOf(live.map((trail) => trail.covered))
  if (!covered) return undefined
  const known = live.flatMap((trail) => trail.covered ?? [])
  const anew = known.filter(({ isAnew }) => isAnew).map(({ from }) => from)
  return { ...covered, from: Math.max(Math.min(...known.map(({ from }) => from)), ...anew) }
}

function lowestOf(all: readonly (Covered | undefined)[]): Covered | undefined {
  const known = all.filter((covered) => covered !== undefined)
  if (known.length === 0 || known.length < all.length) return undefined
  return {
    from: Math.max(...known.map(({ from }) => from)),
    end: Math.min(...known.map(({ end }) => end)),
  }
}

/**
 * What is covered, by scope: each region of an account that has digests, and each account as far as the last of the regions
 * that it uses.
 *
 * @param accounts those of which it is known which regions they use, all of them
 */
export function coverageIn(
  trails: readonly TrailThere[],
  accounts: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, Covered> {
  const scopes = Map.groupBy(trails, ({ account, region }) => `${account}:${region}`)
  const found = new Map<string, Covered>()
  for (const [scope, those] of scopes) {
    const covered = coveredBy(those)
    if (covered) found.set(scope, covered)
  }
  for (const [account, regions] of accounts) {
    const all = [...new Set([home, ...regions])].map((region) => found.get(`${account}:${region}`))
    const covered = lowestOf(all)
    if (covered) found.set(account, covered)
  }
  return found
}
