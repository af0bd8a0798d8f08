import type { DataFile } from '#shared/ports/data-file.ts'
import type { HopLog } from '#shared/ports/hop-log.ts'
import type { Vitals } from '#shared/ports/vitals.ts'
import { doorBoard } from '#services/doors/board.ts'
import { topicIntake, type TopicIntake } from '#services/hops/topic-intake.ts'
import type { Worker } from '#services/hops/worker.ts'
import { keepPolling } from '#services/sources/polling.ts'
import { askedBy, foldersOf, readingIn } from './asked.ts'
import type { Context } from './command.ts'
import { doorsTo } from './open-doors.ts'
import { named } from './vitals.ts'

/** Batches that may wait for the topic. */
const waitingBatches = 20

type Shared = {
  readonly place: string
  readonly log: HopLog
  readonly failed: (why: unknown) => void
}

/**
 * The sources and doors of the settings, in front of the topic of normalise. One process may ask sources; doors may be opened by
 * many.
 *
 * @returns ends it
 */
export async function ingest(
  { place, log, failed }: Shared,
  worker: Worker | undefined,
  context: Context,
): Promise<() => Promise<void>> {
  const { config, cwd, machine } = context
  const { scheduler } = machine
  const data = await machine.beside(place)
  const { journal: bookmarks, letters, sources } = data
  const { partitions, batch } = config
  const intake = topicIntake(
    { partitions, batch, waitingMax: waitingBatches * batch },
    { log, letters, bookmarks, scheduler, failed },
  )
  const board = doorBoard()
  const reading = readingIn(await machine.cloud(), config)
  const topics = await machine.topics(config.topics)
  const folders = foldersOf(config, cwd)
  const asked = askedBy({ folders, reading, topics, bookmarks }, intake, board, context)
  const doors = await doorsTo(
    { intake, sources, board, vitals: () => vitalsOf(data, log, intake, worker) },
    context,
  )
  const polling = keepPolling(asked, { scheduler, log: machine.log, board, failed })
  return async () => {
    await doors.close()
    await polling.close()
    await intake.close()
    reading.close()
    data.close()
  }
}

function vitalsOf(
  data: DataFile,
  log: HopLog,
  intake: TopicIntake,
  worker: Worker | undefined,
): Vitals {
  const state = log.state()
  const position = data.effects.emittedThrough()
  return {
    ...(state.as === 'troubled' && { notReady: `the topics are not read: ${state.why}` }),
    loop: {
      position: worker?.status().told ?? position,
      emittedThrough: position,
      ...intake.status(),
    },
    deadLetters: data.letters.counts(),
    findings: named(data.effects.counts()),
    incidents: named(data.desk.counts()),
  }
}
