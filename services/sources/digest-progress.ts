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

export type InRegion = {
  readonly account: string
  readonly region: string
  readonly covered: Covered | undefined
}

/** An account is covered as far as the last of the regions that it uses; in each of them the trail counts that is furthest. */
export function coveredOf(
  account: string,
  regions: readonly string[],
  trails: readonly InRegion[],
): Covered | undefined {
  const all = [...new Set([home, ...regions])].map(
    (region) =>
      trails
        .filter((trail) => trail.account === account && trail.region === region)
        .map(({ covered }) => covered)
        .toSorted((a, b) => (b?.end ?? 0) - (a?.end ?? 0))[0],
  )
  const known = all.filter((covered) => covered !== undefined)
  if (known.length < all.length) return undefined
  return {
    from: Math.max(...known.map(({ from }) => from)),
    end: Math.min(...known.map(({ end }) => end)),
  }
}
