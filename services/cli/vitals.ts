import { Transient } from '#shared/errors.ts'
import type { DataFile } from '#shared/ports/data-file.ts'
import type { Scheduler } from '#shared/ports/scheduler.ts'
import type { DeliveryVitals, Vitals } from '#shared/ports/vitals.ts'
import type { LaneStatus } from '#services/alert/lane.ts'
import type { StepTimes } from '#services/contain/times.ts'
import type { Speaker } from '#services/doors/stamp.ts'
import { countingUses } from '#services/replay/attribution.ts'
import { frontiersOf } from '#services/serve/frontiers.ts'
import type { Loop } from '#services/serve/loop.ts'
import { countingAgents } from './agents.ts'
import { sliced } from './slices.ts'

export type VitalParts = {
  readonly data: DataFile
  readonly loop: Loop
  /** Sources of the settings that may speak for agents, beside those with a token. */
  readonly speakers: readonly Speaker[]
  /** How each destination is. */
  readonly lanes: () => readonly LaneStatus[]
  readonly times: () => StepTimes
  readonly scheduler: Pick<Scheduler, 'elapsed' | 'later'>
}

/** What the pages tell of a program that serves. Everything is counted by an index, or in slices: nobody waits for a scrape. */
export function vitalsOf({ data, loop, speakers, lanes, times, scheduler }: VitalParts): {
  readonly read: () => Vitals
  readonly close: () => void
} {
  const agents = sliced(
    () =>
      countingAgents(loop.engine().states.correlate, () => [...data.sources.all(), ...speakers]),
    scheduler,
  )
  const uses = sliced(() => countingUses(loop.engine().states.correlate), scheduler)
  return {
    close: () => {
      uses.close()
      agents.close()
    },
    read: () =>
      ifAnswered(() => {
        const { state, position, emittedThrough, waiting, refused } = loop.status()
        if (state === 'recovering') return { notReady: 'the log is being read' }
        const [attribution, each] = [uses.latest(), agents.latest()]
        return {
          ...(state !== 'running' && { notReady: `the loop is ${state}` }),
          loop: { position, emittedThrough, waiting, refused },
          frontiers: frontiersOf(loop.engine()),
          hotKeys: loop.engine().hot(),
          deadLetters: data.letters.counts(),
          deliveries: deliveriesIn(data, lanes()),
          findings: named(data.effects.counts()),
          incidents: named(data.desk.counts()),
          containment: { orders: named(data.containment.counts()), steps: times() },
          ...(attribution && { attribution }),
          ...(each && { agents: each }),
        }
      }),
  }
}

/** While the store does not answer nothing of what it keeps is known; that is told, and not that the page is broken. */
function ifAnswered(read: () => Vitals): Vitals {
  try {
    return read()
  } catch (thrown) {
    if (!(thrown instanceof Transient)) throw thrown
    return { notReady: `what is kept cannot be read: ${thrown.message}` }
  }
}

/** What is kept of each destination, and how it is if somebody sends to it now. */
function deliveriesIn({ outbox }: DataFile, lanes: readonly LaneStatus[]): DeliveryVitals[] {
  const kept = new Map(outbox.counts().map((count) => [count.to, count]))
  const names = new Set([...kept.keys(), ...lanes.map(({ to }) => to)])
  return [...names].toSorted().map((to) => {
    const lane = lanes.find((each) => each.to === to)
    const count = kept.get(to) ?? { to, waiting: 0, delivered: 0, dead: 0 }
    if (!lane) return count
    const { attempts, state } = lane
    return { ...count, sending: { attempts, resting: state === 'resting' } }
  })
}

/** Counts as vitals have them. */
export const named = (counts: ReadonlyMap<string, number>) =>
  [...counts].map(([reason, count]) => ({ reason, count }))
