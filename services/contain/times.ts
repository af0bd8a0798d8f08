import type { AuditDraft, Order } from '#shared/messages/containment.ts'
import type { ContainmentChange, ContainmentStore } from '#shared/ports/containment.ts'
import type { Spread } from '#shared/ports/vitals.ts'

/** The steps whose time is taken: from the raised incident to the order, to the cloud's answer, to the evidence that it works. */
export const timedSteps = ['ordered', 'applied', 'verified'] as const
type Step = (typeof timedSteps)[number]

/** Seconds that each step took of the orders that made it, since the start of the process. */
export type StepTimes = Readonly<Record<Step, Spread>>

/** A cloud answers within seconds; CloudTrail shows it within a quarter of an hour; a person may take a day. */
const bounds = [1, 5, 15, 30, 60, 300, 900, 1_800, 3_600, 14_400, 86_400]

/**
 * The same store, which takes the time of what is written: only once it is committed, so that nothing counts twice.
 *
 * @param raisedAt when an incident was raised, epoch ms
 */
export function timing(
  store: ContainmentStore,
  raisedAt: (incident: string) => number | undefined,
): { readonly store: ContainmentStore; readonly times: () => StepTimes } {
  const times = { ordered: emptySpread(), applied: emptySpread(), verified: emptySpread() }
  /** When each order was last sent, until it has its answer: as many as the caps let be sent. */
  const sent = new Map<string, number>()
  let pending: (() => void)[] = []
  let depth = 0
  const settle = (): void => {
    for (const note of pending.splice(0)) note()
  }
  const together = <T>(work: () => T): T => {
    depth++
    try {
      const result = store.together(work)
      if (depth === 1) settle()
      return result
    } catch (cause) {
      pending = []
      throw cause
    } finally {
      depth--
    }
  }
  const noted = ({ orders = [], audit = [] }: ContainmentChange): (() => void)[] =>
    audit.flatMap((entry) => {
      const order = orders.find(({ key }) => key === entry.order)
      return order ? [() => take(times, sent, order, entry, raisedAt)] : []
    })
  return {
    times: () => times,
    store: {
      ...store,
      together,
      write: (change) =>
        together(() => {
          const head = store.write(change)
          pending.push(...noted(change))
          return head
        }),
    },
  }
}

type Times = Readonly<Record<Step, Counting>>

function take(
  times: Times,
  sent: Map<string, number>,
  { key, sentAt, receipt, verified, incidents }: Order,
  { at, from, to }: AuditDraft,
  raisedAt: (incident: string) => number | undefined,
): void {
  if (from === 'sent' && to === 'applied' && receipt)
    add(times.applied, receipt.at - (sent.get(key) ?? sentAt))
  if (from === 'sent') sent.delete(key)
  if (to === 'sent') sent.set(key, at)
  // What is cut once more was ordered before.
  const raised = incidents.flatMap((incident) => raisedAt(incident) ?? [])
  if (to === 'sent' && sentAt === at && raised.length > 0)
    add(times.ordered, at - Math.min(...raised))
  // What nobody wanted for a while is verified by what was seen then.
  if (to === 'verified' && receipt && verified?.at === at) add(times.verified, at - receipt.at)
}

type Counting = { readonly atMost: Map<number, number>; sum: number; count: number }

const emptySpread = (): Counting => ({
  atMost: new Map(bounds.map((bound) => [bound, 0])),
  sum: 0,
  count: 0,
})

/** A clock that was set back gives no time below 0. */
function add(spread: Counting, ms: number): void {
  const seconds = Math.max(0, ms) / 1000
  spread.sum += seconds
  spread.count++
  for (const [bound, count] of spread.atMost)
    if (seconds <= bound) spread.atMost.set(bound, count + 1)
}
