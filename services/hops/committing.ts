import { Transient, Unusable } from '#shared/errors.ts'
import type { ToEffects } from '#shared/messages/hops.ts'
import type { DataFile } from '#shared/ports/data-file.ts'
import type { Effects } from '#shared/ports/effects.ts'
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
  /** Gives it back: somebody else has the place of effects, or the process ends. Resolves when it is given back. */
  readonly release: () => Promise<void>
}

/** What is written to. */
type Written = Pick<DataFile, 'effects' | 'letters' | 'close'>

export type CommittingPorts<Data extends Written> = {
  /** Opens what is kept as its only writer. @throws Transient if there is no answer */
  readonly own: () => Data | Held | Promise<Data | Held>
  /** What goes on beside it as long as it is ours. */
  readonly begin: (data: Data) => Beside
  readonly scheduler: Scheduler
  readonly at: AtCrashPoint
}

export type Beside = {
  /** Who write in the same transaction: the desk, and what shall be sent. */
  readonly participants: readonly Participant[]
  /** Resolves when nobody writes any more. */
  readonly close: () => Promise<void>
}

type Held = { readonly heldBy: string }

/** @param generation of the workers: what other code, or one process alone, has committed is not gone on from */
export function committing<Data extends Written>(
  generation: string,
  ports: CommittingPorts<Data>,
): Committing {
  let open: { readonly data: Data; readonly beside: Beside } | undefined
  let releasing = Promise.resolve()
  const opened = async () => {
    if (open) return open
    await releasing
    const data = await ports.own()
    if ('heldBy' in data)
      throw new Transient('committing a unit', { cause: `${data.heldBy} still writes` })
    try {
      expectOurs(data.effects, `${ofWorkers}${generation}`)
    } catch (thrown) {
      data.close()
      throw thrown
    }
    return (open = { data, beside: ports.begin(data) })
  }
  return {
    async commit(said, unit) {
      const { data, beside } = await opened()
      const { effects, letters } = data
      const through = effects.emittedThrough()
      if (unit <= through) return
      if (unit > through + 1)
        throw new Unusable(
          `unit ${unit} is to be committed, and the last one was ${through}: the database is older than what the topics hold`,
        )
      const batch = { records: [], dead: [], progress: [] }
      const told = { position: unit, at: ports.scheduler.now(), batch, said }
      tell(told, { effects, letters, participants: beside.participants, at: ports.at })
    },
    release() {
      const was = open
      open = undefined
      if (was) releasing = was.beside.close().finally(() => was.data.close())
      return releasing
    },
  }
}

/** Before the generation of what workers committed. */
const ofWorkers = 'workers '

/** For one process alone. @throws Unusable if workers wrote it: their units are no positions of a log that it has */
export function refuseWorkers(effects: Pick<Effects, 'generation'>): void {
  if (effects.generation().startsWith(ofWorkers))
    throw new Unusable(
      'the database was written by workers (serve --only): serve them again, or give this process a database of its own',
    )
}

/** Units of work of other code, or positions in the log of one process, are other numbers. */
function expectOurs(effects: Effects, named: string): void {
  const known = effects.generation()
  if (known === named) return
  if (known !== '' || effects.emittedThrough() > 0)
    throw new Unusable(
      'the database was written by one process alone, or by workers of other code or settings: give these workers an empty one',
    )
  effects.rebase({ findings: new Map(), incidents: new Map() }, named, 1)
}
