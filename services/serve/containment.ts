import { Transient } from '#shared/errors.ts'
import type { Mode } from '#shared/messages/containment.ts'
import type { Use } from '#shared/messages/use.ts'
import type { Changes } from '#shared/ports/effects.ts'
import type { MappedRecord } from '#shared/ports/intake.ts'
import type { Log } from '#shared/ports/log.ts'
import type { Scheduler } from '#shared/ports/scheduler.ts'
import type { ContainmentStore } from '#shared/ports/containment.ts'
import type { Containment, Frontier } from '#services/contain/containment.ts'

export type ServedContainmentPorts = {
  readonly containment: Containment
  readonly store: ContainmentStore
  readonly frontier: Frontier
  /** Incidents that stand, each with the furthest that the settings let it lead to. */
  readonly standing: () => readonly { readonly handle: string; readonly mode: Mode }[]
  /** Prepares what a plan looks at, so that none of it waits for a commit. */
  readonly keepUp: () => void
  readonly scheduler: Scheduler
  readonly log: Log
  readonly failed: (why: unknown) => void
}

/** Containment beside the loop: it hears every commit in its transaction, and acts between them. */
export type ServedContainment = {
  /** Must it hear of these records, though nothing else changes? */
  readonly wants: (records: readonly MappedRecord[]) => boolean
  /** Within the transaction of a commit, behind the desk, which gave the incidents their handles. */
  readonly hear: (unit: Heard) => void
  /** Begins to act; before that, while the log is read, it only hears. */
  readonly start: () => void
  readonly close: () => Promise<void>
}

type Heard = {
  readonly at: number
  readonly records: readonly MappedRecord[]
  readonly because: Changes['because']
  /** Handles of the incidents that changed. */
  readonly handles: readonly string[]
}

/** How often it acts: also what people asked beside us waits no longer, ms. */
const tickMs = 1000

const usesOf = (records: readonly MappedRecord[]): Use[] =>
  records.flatMap(({ activities }) =>
    activities.filter((each): each is Use => each.kind === 'credential.used'),
  )

export function servedContainment(ports: ServedContainmentPorts): ServedContainment {
  const { containment, store, scheduler, log } = ports
  /** What orders wait to hear of, as it was at the last commit or tick: others write the store only by asking. */
  let watched = containment.watched()
  let cancel = (): void => undefined
  let isClosed = false

  const isWatched = ({ key, principal }: Use): boolean => watched.has(key) || watched.has(principal)
  const plan = (): void => {
    if (!isClosed) cancel = scheduler.later(tickMs, () => void tick())
  }
  const tick = async (): Promise<void> => {
    try {
      ports.keepUp()
      await containment.tick(ports.frontier)
      watched = containment.watched()
    } catch (thrown) {
      if (!(thrown instanceof Transient)) return ports.failed(thrown)
      log.warn('containment waits', { why: thrown.message })
    }
    plan()
  }
  return {
    wants: (records) => watched.size > 0 && usesOf(records).some(isWatched),
    hear({ at, records, because, handles }) {
      const uses = watched.size > 0 ? usesOf(records).filter(isWatched) : []
      if (handles.length === 0 && uses.length === 0) return
      containment.hear({ incidents: handles, because, uses, at })
      watched = containment.watched()
    },
    start() {
      ports.keepUp()
      // What stood before there was containment, or before the settings let it lead so far, is planned now, and waits for a person.
      const handles = ports
        .standing()
        .filter(({ handle, mode }) => store.plan(handle)?.mode !== mode)
        .map(({ handle }) => handle)
      const because = 'version'
      if (handles.length > 0)
        containment.hear({ incidents: handles, because, uses: [], at: scheduler.now() })
      plan()
    },
    async close() {
      isClosed = true
      cancel()
      await containment.close()
    },
  }
}
