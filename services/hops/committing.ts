import { Transient } from '#shared/errors.ts'
import type { ToEffects } from '#shared/messages/hops.ts'
import type { DataFile } from '#shared/ports/data-file.ts'
import type { Scheduler } from '#shared/ports/scheduler.ts'
import type { AtCrashPoint } from '#services/serve/crash-points.ts'
import { tell, type Participant } from '#services/serve/tell.ts'

/** Where the place of effects writes: held by one process at a time. */
export type Committing = {
  /**
   * Commits what a unit came to, with everything that follows from it, in one transaction; a unit that is committed already, by
   * whomever, changes nothing.
   * @throws Transient if it cannot be written now, or another process has not given it back yet
   */
  readonly commit: (said: readonly ToEffects[], unit: number) => Promise<void>
  /** Gives it back: somebody else has the place of effects, or the process ends. */
  readonly release: () => void
}

export type CommittingPorts = {
  /** Opens what is kept as its only writer. @throws Transient if there is no answer */
  readonly own: () => DataFile | { readonly heldBy: string }
  /** Who writes in the same transaction: the desk, and what shall be sent. */
  readonly participants: (data: DataFile) => readonly Participant[]
  readonly scheduler: Scheduler
  readonly at: AtCrashPoint
}

export function committing({ own, participants, scheduler, at }: CommittingPorts): Committing {
  let open: { readonly data: DataFile; readonly hear: readonly Participant[] } | undefined
  const opened = () => {
    if (open) return open
    const data = own()
    if ('heldBy' in data)
      throw new Transient('committing a unit', { cause: `${data.heldBy} still writes` })
    return (open = { data, hear: participants(data) })
  }
  return {
    async commit(said, unit) {
      await Promise.resolve()
      const { data, hear } = opened()
      if (unit <= data.effects.emittedThrough()) return
      const batch = { records: [], dead: [], progress: [] }
      const told = { position: unit, at: scheduler.now(), batch, said }
      tell(told, { effects: data.effects, letters: data.letters, participants: hear, at })
    },
    release() {
      open?.data.close()
      open = undefined
    },
  }
}
