import { reasonOf } from '#shared/errors.ts'
import type { ToEffects } from '#shared/messages/hops.ts'
import type { Changes } from '#shared/ports/effects.ts'
import type { Journal } from '#shared/ports/journal.ts'
import type { Log } from '#shared/ports/log.ts'
import type { RecordIndex } from '#shared/ports/record-index.ts'
import type { Scheduler } from '#shared/ports/scheduler.ts'
import type { Snapshots } from '#shared/ports/snapshots.ts'
import { held, settle } from '#shared/standing.ts'
import { engine, type Engine, type EngineOptions, type EngineStates } from '#services/pipeline.ts'
import { batchFrom, messagesOf } from './batch.ts'
import { loadStates } from './saved.ts'
import { hasNews, tell, type TellPorts } from './tell.ts'

export type RecoverOptions = { readonly engine: EngineOptions; readonly generation: string }

export type RecoverPorts = TellPorts & {
  readonly journal: Journal
  readonly records: RecordIndex
  readonly snapshots: Snapshots
  readonly scheduler: Scheduler
  readonly log: Log
}

export type Recovered = {
  readonly engine: Engine
  /** Position of the last unit that the engine has done. */
  readonly position: number
  /** Where the state is from; 0: the beginning of the log. */
  readonly snapshot: number
  /** Units done again in silence, and those whose effects had not been told yet. */
  readonly silent: number
  readonly told: number
  /** What differs from what stood before, where other code or settings judged the log anew, or its beginning is lost. */
  readonly rebased: Changes | undefined
}

/** How long other work waits while the log is read, ms. */
const turnMs = 50

/**
 * Brings the engine to the end of the log: from the latest snapshot of this generation, or from the log alone. Units through
 * `emittedThrough` are done in silence, since what they said is committed; those behind it are told.
 *
 * @param made is given the engine before the first unit: who writes in a commit may ask it what it knows by then
 */
export async function recover(
  options: RecoverOptions,
  ports: RecoverPorts,
  made: (engine: Engine) => void = () => undefined,
): Promise<Recovered> {
  const { journal, effects } = ports
  const through = effects.emittedThrough()
  const isSame = effects.generation() === options.generation
  const from = isSame ? usable(options, ports) : undefined
  const running = engine(options.engine, from?.states)
  made(running)
  const anew = isSame && (from || journal.first() === 1) ? undefined : standingOf()
  let rebased: Changes | undefined
  const rebase = (): void => {
    if (!anew || rebased) return
    rebased = rebaseOn(anew, options, ports)
  }
  const count = { silent: 0, told: 0 }
  const pause = pauses(ports.scheduler)
  let position = from?.position ?? 0
  for (const logged of journal.read(position)) {
    const batch = batchFrom(logged.body)
    const said = running.unit(messagesOf(batch))
    position = logged.position
    if (position <= through) {
      count.silent++
      anew?.take(said)
      ports.at('unit replayed in silence')
    } else {
      rebase()
      count.told++
      const told = { position, at: logged.at, batch, said }
      if (hasNews(told, ports)) tell(told, ports)
      ports.at('unit told again')
    }
    await pause()
  }
  rebase()
  return { engine: running, position, snapshot: from?.position ?? 0, ...count, rebased }
}

/** The state of the latest snapshot, if this code can go on from it and the log goes on where it ends. */
function usable(
  { engine: { policy }, generation }: RecoverOptions,
  { snapshots, journal, log }: RecoverPorts,
): { states: EngineStates; position: number } | undefined {
  const found = snapshots.latest()
  if (!found || found.generation !== generation) return undefined
  const { position } = found
  if (position > journal.head() || position + 1 < journal.first()) return undefined
  try {
    return { states: loadStates(found.read(), policy), position }
  } catch (thrown) {
    // A snapshot spares time; without it the log says the same.
    log.warn('the snapshot cannot be read, the log is replayed instead', { why: reasonOf(thrown) })
    return undefined
  }
}

type Anew = ReturnType<typeof standingOf>

/** Gathers what stands while the log is replayed. */
function standingOf() {
  const stands = held()
  return {
    stands,
    take: (said: readonly ToEffects[]): void => {
      if (said.length > 0) stands.write(settle(said, stands, 0))
    },
  }
}

/** Puts what was found anew in the place of what stood, and tells the difference (SEMANTICS F5). */
function rebaseOn({ stands }: Anew, { generation }: RecoverOptions, ports: RecoverPorts): Changes {
  const { effects, journal, scheduler, participants } = ports
  const incidents = new Map([...stands.rows].map(([root, { said }]) => [root, said]))
  ports.at('before rebase')
  const standing = { findings: stands.findings, incidents }
  const changes = effects.rebase(standing, generation, journal.first(), (difference) => {
    const { position } = difference
    for (const { take } of participants)
      take({ position, at: scheduler.now(), records: [], changes: difference })
    ports.at('in rebase')
  })
  ports.at('after rebase')
  return changes
}

/** Lets other work have its turn now and then. */
function pauses(scheduler: Scheduler): () => Promise<void> {
  let since = scheduler.elapsed()
  return async () => {
    if (scheduler.elapsed() - since < turnMs) return
    await new Promise<void>((resolve) => scheduler.soon(resolve))
    since = scheduler.elapsed()
  }
}
