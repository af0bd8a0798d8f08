import type { Config } from '#shared/config.ts'
import { shownPlace } from '#shared/config/place.ts'
import type { Notice } from '#shared/messages/desk.ts'
import type { DataFile } from '#shared/ports/data-file.ts'
import type { Detection } from '#services/detect/detection.ts'
import { detections } from '#services/detect/detections/index.ts'
import { timing } from '#services/contain/times.ts'
import { refuseWorkers } from '#services/hops/committing.ts'
import { serve } from '#services/serve/serve.ts'
import type { FolderOptions } from '#services/sources/folder.ts'
import { doorBoard } from '#services/doors/board.ts'
import { alerting } from './alerting.ts'
import { askedBy, foldersOf, readingIn } from './asked.ts'
import { readIn, respondedIn } from './cloud.ts'
import { containmentOf } from './containment.ts'
import { type Command, type Context, exit, UsageError } from './command.ts'
import { doorsOf } from './open-doors.ts'
import { engineOf, lastingOf } from './lasting.ts'
import { work } from './work.ts'
import { ownInTurn } from './turn.ts'

/**
 * `keytrail serve`: the same engine, running: sources in, incidents out, and nothing lost in between.
 *
 * @param judges the detections of this build
 */
export const serveWith = (judges: readonly Detection[]): Command => ({
  name: 'serve',
  summary: 'Watch the sources of the settings and raise incidents as they happen',
  usage: '[--data FILE] [--folders [NAME=]FOLDER,…] [--only PART,…]',
  options: {
    only: {
      type: 'string',
      placeholder: 'PART[,PART]',
      prose:
        'Share the work with other processes, by the topics of the settings and a PostgreSQL database: do these parts of it only (ingest, normalise, correlate, join, detect, story, effects, or all)',
    },
  },
  async run({ positionals, values }, context) {
    if (positionals.length > 0) throw new UsageError('serve: takes no words, only options.')
    if (typeof values['only'] === 'string') return await work(values['only'], judges, context)
    const { config, machine } = context
    const folders = foldersOf(config, context.cwd)
    const asked = machine.asked()
    const data = await ownInTurn(context, asked)
    if (!data) return exit.fine
    try {
      refuseWorkers(data.effects)
      return await untilAsked({ folders, data, judges, asked }, context)
    } finally {
      data.close()
    }
  },
})

export const serveCommand = serveWith(detections)

type Serving = {
  readonly folders: readonly FolderOptions[]
  readonly data: DataFile
  readonly judges: readonly Detection[]
  /** Resolves when somebody asks the program to end. */
  readonly asked: Promise<string>
}

async function untilAsked(
  { folders, data, judges, asked }: Serving,
  context: Context,
): Promise<number> {
  const { config, machine } = context
  const { scheduler, log, at } = machine
  let end: (status: number) => void = () => undefined
  const ended = new Promise<number>((resolve) => (end = resolve))
  const failed = (why: unknown): void => {
    log.error('the loop has stopped: what it would write cannot be trusted', { why })
    end(exit.failed)
  }
  const board = doorBoard()
  const topics = await machine.topics(config.topics)
  const alerts = alerting(data.outbox, context, failed)
  const timed = timing(data.containment, (incident) => data.desk.case(incident)?.raised)
  const contained = { ...data, containment: timed.store }
  const cloud = await machine.cloud()
  const parts = {
    data,
    speakers: config.topics,
    lanes: () => alerts.status(),
    times: timed.times,
  }
  const actuator = cloud.actuator(respondedIn(config))
  const reading = readingIn(cloud, config)
  try {
    const serving = await serve(optionsOf(config, judges), {
      ...data,
      scheduler,
      log,
      failed,
      at,
      board,
      send: (notices) => {
        alerts.send(notices)
        notices.forEach((notice) => log.info('incident', { ...lineOf(notice) }))
      },
      sources: (intake) =>
        askedBy({ folders, reading, topics, bookmarks: data.journal }, intake, board, context),
      contain: (front, engine) =>
        containmentOf({ data: contained, front, engine, actuator, failed }, context),
      doors: (loop) => doorsOf(context, { ...parts, loop }, board),
    })
    tellOf(folders, context)
    void asked.then((signal) => {
      log.info('asked to end', { signal })
      end(exit.fine)
    })
    const status = await ended
    await serving.close()
    return status
  } finally {
    await alerts.close()
    actuator.close()
    reading.close()
  }
}

function tellOf(folders: readonly FolderOptions[], { config, machine: { log } }: Context): void {
  const { queues } = config.aws
  if (folders.length + readIn(config).length + queues.length + config.topics.length === 0)
    log.warn(
      'no folder, event history, queue or topic is read: without CloudTrail nothing is found',
    )
  log.info('serving', {
    data: shownPlace(config.data),
    folders: folders.map(({ path }) => path),
    topics: namesOf(config.topics),
    queues: namesOf(queues),
    destinations: namesOf(config.alerts.destinations),
  })
}

const namesOf = (all: readonly { readonly name: string }[]): readonly string[] =>
  all.map(({ name }) => name)

const lineOf = ({ event, of }: Notice) => ({
  id: event.id,
  event: event.kind,
  severity: of.incident.severity,
  title: of.incident.title,
})

const optionsOf = (config: Config, judges: readonly Detection[]) => ({
  engine: engineOf(config, judges),
  unitMax: config.batch,
  ...lastingOf(config),
})
