import type { Offer, Taken } from '#shared/ports/intake.ts'

/** An offer that waits for the log, and who wants to hear of it. */
export type Waiting = {
  readonly offer: Offer
  readonly resolve: (taken: Taken) => void
  readonly reject: (why: unknown) => void
}

/** Offers that wait at the most, however small they are. */
const offersMax = 10_000

/** Seconds that a sender is asked to wait when there is no room. */
const retryAfterSeconds = 1

/** What waits for the log, in the order in which it came. */
export type Queue = {
  /** Resolves once the offer is logged, or at once if there is no room. */
  offer(offer: Offer): Promise<Taken>
  /** The first of them: at least one, and as many as have no more records together than a unit should. */
  take(recordsMax: number): readonly Waiting[]
  rejectAll(why: unknown): void
  readonly count: number
  readonly records: number
  /** Offers that were told to come back. */
  readonly refused: number
}

/** @param waitingMax records that may wait; beyond that senders are told to come back */
export function queue(waitingMax: number): Queue {
  let waiting: Waiting[] = []
  let records = 0
  let refused = 0
  const weight = ({ offer }: Waiting): number => offer.records.length
  return {
    offer(offer) {
      const isFull = waiting.length >= offersMax || records >= waitingMax
      if (isFull) {
        refused++
        return Promise.resolve({ as: 'busy', retryAfterSeconds })
      }
      return new Promise((resolve, reject) => {
        waiting.push({ offer, resolve, reject })
        records += offer.records.length
      })
    },
    take(recordsMax) {
      let count = 0
      let sum = 0
      for (const each of waiting) {
        sum += weight(each)
        if (count > 0 && sum > recordsMax) break
        count++
      }
      const taken = waiting.slice(0, count)
      waiting = waiting.slice(count)
      records -= taken.reduce((all, each) => all + weight(each), 0)
      return taken
    },
    rejectAll(why) {
      for (const { reject } of waiting.splice(0)) reject(why)
      records = 0
    },
    get count() {
      return waiting.length
    },
    get records() {
      return records
    },
    get refused() {
      return refused
    },
  }
}
