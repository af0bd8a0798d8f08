import type { Chance } from './chance.ts'
import type { TrailRecord } from './record.ts'

/** How records come: times in ms, shares from 0 to 1. */
export type Delivery = {
  /** Shortest and longest time from the call until its record can be read. */
  readonly delay: readonly [low: number, high: number]
  /** Share of records that come later than that, and how much later. */
  readonly late: { readonly share: number; readonly by: number }
  /** Share of records that a file delivery holds twice, the second time later. */
  readonly twice: { readonly share: number; readonly by: number }
}

/** A record and when it can be read. */
export type Due = { readonly at: number; readonly record: TrailRecord }

export type Trail = {
  readonly add: (record: TrailRecord, now: number) => void
  /** Records of LookupEvents that can be read now. */
  readonly readable: (account: string, region: string, now: number) => readonly TrailRecord[]
  /** What became readable since it was last asked, also data events and second copies, in the order of coming. */
  readonly take: (now: number) => readonly Due[]
  readonly dropped: () => number
}

/** Records that are kept for LookupEvents, over all accounts; the oldest go first, and are counted. */
const keptMax = 200_000

export function trailOf(chance: Chance, delivery: Delivery): Trail {
  let kept: Due[] = []
  let due: Due[] = []
  let dropped = 0
  const delay = () => {
    const usual = chance.between(...delivery.delay)
    return usual + (chance.happens(delivery.late.share) ? delivery.late.by : 0)
  }
  return {
    add: (record, now) => {
      const at = now + delay()
      due.push({ at, record })
      if (chance.happens(delivery.twice.share)) due.push({ at: at + delivery.twice.by, record })
      if (!record.managementEvent) return
      kept.push({ at, record })
      if (kept.length <= keptMax) return
      const gone = Math.floor(keptMax / 10)
      dropped += gone
      kept = kept.slice(gone)
    },
    readable: (account, region, now) =>
      kept.flatMap(({ at, record }) =>
        at <= now && record.recipientAccountId === account && record.awsRegion === region
          ? [record]
          : [],
      ),
    take: (now) => {
      const [come, rest] = [due.filter(({ at }) => at <= now), due.filter(({ at }) => at > now)]
      due = rest
      return come.toSorted((a, b) => a.at - b.at)
    },
    dropped: () => dropped,
  }
}
