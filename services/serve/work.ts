import { Unusable } from '#shared/errors.ts'
import type { Engine } from '#services/pipeline.ts'
import { batchOf, bodyOf, bookmarksOf, idsOf, messagesOf, type Batch } from './batch.ts'
import type { LoopOptions } from './loop.ts'
import type { Recovered, RecoverPorts } from './recover.ts'
import { keeper, type Taken } from './keep.ts'
import { hasNews, tell, type Told } from './tell.ts'
import type { Queue, Waiting } from './waiting.ts'

/** A commit with no news is made at most this often, ms: it only says that units are done. */
const commitEveryMs = 1000

/**
 * What the loop does with an engine that stands at the end of the log. Every share throws Transient if the store cannot be
 * written now, and can then be called again.
 */
export type Work = {
  readonly engine: Engine
  /** Of the last batch that was logged and judged. */
  readonly position: number
  readonly snapshot: Taken | undefined
  /** Does one turn's share; in how many milliseconds there is more, undefined if there is nothing to come. */
  turn(): number | undefined
  /** Does all that waits, and stores a snapshot. */
  finish(): void
}

export function workOn(
  recovered: Recovered,
  waiting: Queue,
  options: LoopOptions,
  ports: RecoverPorts,
): Work {
  const { scheduler } = ports
  const { engine } = recovered
  const keep = keeper(recovered, options, ports)
  let { position } = recovered
  let owed: Told | undefined
  let committedAt = scheduler.elapsed()

  /** Commits the unit that is judged and could not be committed before. */
  const settle = (): void => {
    if (!owed) return
    tell(owed, ports)
    owed = undefined
    committedAt = scheduler.elapsed()
  }

  /** One batch: logged, acknowledged, judged, committed. */
  const unit = (taken: readonly Waiting[]): void => {
    const at = scheduler.now()
    const batch = batchOf(taken.map(({ offer }) => offer))
    position = logged(batch, at, { taken, after: position }, ports)
    const told = { position, at, batch, said: engine.unit(messagesOf(batch)) }
    ports.at('after unit')
    const isTime = scheduler.elapsed() - committedAt >= commitEveryMs
    if (isTime || hasNews(told, ports)) owed = told
    settle()
  }

  return {
    engine,
    get position() {
      return position
    },
    get snapshot() {
      return keep.latest
    },
    turn() {
      settle()
      if (waiting.count > 0) unit(waiting.take(options.unitMax))
      keep.turn(position)
      return waiting.count > 0 ? 0 : keep.dueIn(position)
    },
    finish() {
      settle()
      while (waiting.count > 0) unit(waiting.take(options.unitMax))
      keep.finish(position)
    },
  }
}

type Next = {
  readonly taken: readonly Waiting[]
  /** The last position that this engine knows. */
  readonly after: number
}

/**
 * Logs a batch and tells its senders; its position.
 * @throws Unusable if the log has lost what this engine has judged: a store that was set back under a process that runs
 */
function logged(batch: Batch, at: number, { taken, after }: Next, ports: RecoverPorts): number {
  try {
    ports.at('before append')
    const bookmarks = bookmarksOf(taken.map(({ offer }) => offer))
    const body = bodyOf(batch)
    const position = ports.records.together(() => {
      const logged = ports.journal.append(body, at, bookmarks)
      if (logged !== after + 1)
        throw new Unusable(
          `the log goes on at ${logged}, and this process knows ${after} of it: it was set back, or somebody else wrote it; start again`,
        )
      ports.records.note(logged, idsOf(batch))
      return logged
    })
    ports.at('after append')
    for (const { resolve } of taken) resolve({ as: 'logged' })
    return position
  } catch (thrown) {
    for (const { reject } of taken) reject(thrown)
    throw thrown
  }
}
