import type { Progress } from '#shared/messages/activity.ts'

/** Everything that was delivered between these times is handed over, epoch ms. */
export type Covered = { readonly from: number; readonly end: number }

/** Where records of IAM and of other global services are (CloudTrail User Guide, "global service events"). */
const home = 'us-east-1'
/** A digest names what was delivered in its hour: events of its last minutes come by CloudTrail's own word so much later. */
const settleMs = 15 * 60_000
/** Digests come each hour, some time after it, and are copied from there. */
const withinMs = 150 * 60_000

/** What of event time is complete where all of this was delivered. */
export const toldOf = (source: string, scope: string, { from, end }: Covered): Progress[] =>
  end - settleMs > from
    ? [{ kind: 'progress', source, scope, from, upTo: end - settleMs, within: withinMs }]
    : []

/** Text of a bookmark: `1 FROM-END` in epoch ms. */
export const coveredText = ({ from, end }: Covered): string => `1 ${from}-${end}`

export function coveredIn(bookmark: string | undefined): Covered | undefined {
  const match = /^1 (\d+)-(\d+)$/.exec(bookmark ?? '')
  return match ? { from: Number(match[1]), end: Number(match[2]) } : undefined
}

/** The digests of one trail in one region of one account. */
export type TrailThere = {
  readonly account: string
  readonly region: string
  readonly covered: Covered | undefined
  /** End of its newest digest, epoch ms. */
  readonly newest: number
}

/** A trail whose digests end so far before those of another is none any more. */
export const horizonMs = 26 * 3_600_000

/** What is covered in one region: as far as the slowest of its trails, since one of them may record less than another. */
function coveredBy(trails: readonly TrailThere[]): Covered | undefined {
  const newest = Math.max(...trails.map((trail) => trail.newest))
  const live = trails.filter((trail) => trail.newest > newest - horizonMs)
  const covered = lowestOf(live.map((trail) => trail.covered))
  return covered && { ...covered, from: Math.min(...live.map((t) => t.covered?.from ?? Infinity)) }
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
