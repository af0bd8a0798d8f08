import { resolve } from 'node:path'
import type { Config } from '#shared/config.ts'
import { Unusable } from '#shared/errors.ts'
import type { Notice } from '#shared/messages/desk.ts'
import type { DataFile } from '#shared/ports/data-file.ts'
import type { Intake } from '#shared/ports/intake.ts'
import { detections } from '#services/detect/detections/index.ts'
import { timing } from '#services/contain/times.ts'
import { normalise } from '#services/normalise/normalise.ts'
import { serve } from '#services/serve/serve.ts'
import { watchedFolder, type FolderOptions } from '#services/sources/folder.ts'
import { doorBoard, type DoorBoard } from '#services/doors/board.ts'
import type { DeliverPorts } from '#services/sources/deliver.ts'
import { lookupEvents } from '#services/sources/lookup.ts'
import type { Source } from '#services/sources/source.ts'
import { alerting } from './alerting.ts'
import { readIn, respondedIn } from './cloud.ts'
import { containingOf } from './containing.ts'
import { type CloudAccess, type Command, type Context, exit, UsageError } from './command.ts'
import { doorsOf } from './open-doors.ts'
import { normaliseOptions, policyOf } from './policy.ts'
import { countsOf } from './tally.ts'

const dayMs = 86_400_000
/** Record ids that each partition remembers, so that a repetition costs nothing. */
const recentMax = 1 << 20

/** `keytrail serve`: the same engine, running: sources in, incidents out, and nothing lost in between. */
export const serveCommand: Command = {
  name: 'serve',
  summary: 'Watch the sources of the settings and raise incidents as they happen',
  usage: '[--data FILE] [--folders [NAME=]FOLDER,…]',
  options: {},
  async run({ positionals }, context) {
    if (positionals.length > 0) throw new UsageError('serve: takes no words, only options.')
    const { config, machine } = context
    const folders = foldersOf(config, context.cwd)
    const data = machine.own(resolve(context.cwd, config.data))
    try {
      return await untilAsked(folders, data, context)
    } finally {
      data.close()
    }
  },
}

async function untilAsked(
  folders: readonly FolderOptions[],
  data: DataFile,
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
  const alerts = alerting(data.outbox, context, failed)
  const timed = timing(data.containment, (incident) => data.desk.case(incident)?.raised)
  const contained = { ...data, containment: timed.store }
  const cloud = await machine.cloud()
  const actuator = cloud.actuator(respondedIn(config))
  const histories = historiesIn(cloud, config)
  const sources = (intake: Intake): Source[] => {
    const asked = sourcesOf(folders, histories, intake, board, context)
    board.expect('asked', new Map(asked.map((each) => [each.name, each.silence])), scheduler.now())
    return asked
  }
  try {
    const serving = await serve(optionsOf(config), {
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
      sources,
      contain: (front, engine) =>
        containingOf({ data: contained, front, engine, actuator, failed }, context),
      doors: (loop) =>
        doorsOf(context, { data, loop, lanes: () => alerts.status(), times: timed.times }, board),
    })
    if (folders.length === 0 && config.aws.accounts.length === 0)
      log.warn('no folder and no AWS account is configured: without CloudTrail nothing is found')
    log.info('serving', { data: config.data, folders: folders.map(({ path }) => path) })
    void machine.asked().then((signal) => {
      log.info('asked to end', { signal })
      end(exit.fine)
    })
    const status = await ended
    await serving.close()
    return status
  } finally {
    await alerts.close()
    actuator.close()
    for (const { history } of histories) history.close()
  }
}

/** The event histories that are read, each by a client of its own. */
const historiesIn = (cloud: CloudAccess, config: Config) =>
  readIn(config).map(({ options, access }) => ({ options, history: cloud.history(access) }))

function sourcesOf(
  folders: readonly FolderOptions[],
  histories: ReturnType<typeof historiesIn>,
  intake: Intake,
  board: DoorBoard,
  context: Context,
): Source[] {
  const ports = delivering(intake, board, context)
  return [
    ...folders.map((folder) => watchedFolder(folder, { ...ports, files: context.files })),
    ...histories.map(({ options, history }) => lookupEvents(options, { ...ports, history })),
  ]
}

/** What every source that is asked does with its records. */
function delivering(
  intake: Intake,
  board: DoorBoard,
  { config, machine: { scheduler, log } }: Context,
): DeliverPorts {
  const reading = normaliseOptions(config)
  return {
    intake,
    scheduler,
    normalise: (raw) => normalise(raw, reading),
    told: ({ source, mapped, ignored, dead }) => {
      const refused = countsOf(dead.map(({ reason }) => reason))
      const taken = mapped + ignored
      board.request(source, scheduler.now(), { taken, refused, late: 0, lag: undefined })
      // One line for each reason: the dead letters have every place.
      for (const [reason, count] of refused) {
        const first = dead.find((letter) => letter.reason === reason)
        const place = { file: first?.source, offset: first?.offset, field: first?.field }
        log.warn('records were not understood', { source, reason, count, ...place })
      }
    },
  }
}

const lineOf = ({ event, of }: Notice) => ({
  id: event.id,
  event: event.kind,
  severity: of.incident.severity,
  title: of.incident.title,
})

const optionsOf = (config: Config) => ({
  engine: { partitions: config.partitions, policy: policyOf(config), detections, recentMax },
  unitMax: config.batch,
  keepMs: config.serve.keepDays * dayMs,
  snapshotMs: config.serve.snapshotSeconds * 1000,
  holdMs: config.alerts.holdSeconds * 1000,
})

/** `NAME=FOLDER`, or a folder that is called by its path. @throws Unusable if two have one name */
function foldersOf({ folders, serve: { folderSeconds } }: Config, cwd: string): FolderOptions[] {
  const all = folders.map((text) => {
    const [, name, path = text] = /^([\w.-]{1,64})=(.+)$/.exec(text) ?? []
    return { name: name ?? text, path: resolve(cwd, path), everyMs: folderSeconds * 1000 }
  })
  for (const { name, path } of all)
    if (all.some((other) => other.name === name && other.path !== path))
      throw new Unusable(`folders: two of them are called ${name}`)
  return all
}
