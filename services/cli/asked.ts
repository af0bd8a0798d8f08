import { resolve } from 'node:path'
import type { Config } from '#shared/config.ts'
import { signalOf, type TopicSource } from '#shared/config/kafka.ts'
import { Unusable } from '#shared/errors.ts'
import type { Intake } from '#shared/ports/intake.ts'
import type { BookmarkKeeping } from '#shared/ports/journal.ts'
import type { Topic } from '#shared/ports/topic.ts'
import type { DoorBoard } from '#services/doors/board.ts'
import { messageLimitsOf } from '#services/ingest/limits.ts'
import { normalise } from '#services/normalise/normalise.ts'
import type { DeliverPorts } from '#services/sources/deliver.ts'
import type { DigestPorts } from '#services/sources/digests.ts'
import { watchedFolder, type FolderOptions } from '#services/sources/folder.ts'
import { lookupEvents } from '#services/sources/lookup.ts'
import type { Holding } from '#services/sources/messages.ts'
import { queueSource } from '#services/sources/queue.ts'
import type { Source } from '#services/sources/source.ts'
import { topicSource } from '#services/sources/topic.ts'
import { completeIn, queuesIn, readIn } from './cloud.ts'
import type { CloudAccess, Context } from './command.ts'
import { normaliseOptions } from './policy.ts'
import { countsOf } from './tally.ts'

const dayMs = 86_400_000

/** What sources are made of: where they are, and what speaks to them. */
export type Asked = {
  readonly folders: readonly FolderOptions[]
  readonly reading: ReturnType<typeof readingIn>
  readonly topics: ReadonlyMap<string, Topic>
  /** Where files that are gone are forgotten. */
  readonly bookmarks: BookmarkKeeping
}

/** Event histories and queues that are read, each by clients of its own. */
export function readingIn(cloud: CloudAccess, config: Config) {
  const histories = readIn(config).map(({ options, access }) => ({
    options,
    history: cloud.history(access),
  }))
  const queues = queuesIn(config).map(({ options, region, access }) => ({
    options,
    queue: cloud.queue(access, region, options.url),
    buckets: cloud.buckets(access, region),
  }))
  return {
    histories,
    queues,
    close: () => {
      for (const { history } of histories) history.close()
      for (const { queue, buckets } of queues) {
        queue.close()
        buckets.close()
      }
    },
  }
}

/** Every source that serve asks; the board expects them from now on. @throws Unusable if two have one name */
export function askedBy(
  { folders, reading, topics, bookmarks }: Asked,
  intake: Intake,
  board: DoorBoard,
  context: Context,
): Source[] {
  const ports = delivering(intake, board, context)
  const looking = { ...ports, files: context.files, lacks: lacking(board, context), bookmarks }
  const { elements, unfoldedMegabytes } = context.config.message
  const bounds = messageLimitsOf(elements, unfoldedMegabytes)
  const asked = [
    ...folders.map((folder) => watchedFolder(folder, looking)),
    ...reading.histories.map(({ options, history }) =>
      lookupEvents(options, { ...ports, history }),
    ),
    ...reading.queues.map(({ options, queue, buckets }) =>
      queueSource(options, { ...ports, bounds, queue, buckets, gunzip: context.files.gunzip }),
    ),
    ...context.config.topics.flatMap((given) => {
      const { name, topic, begin, silence } = given
      const found = topics.get(name)
      const holding = holdingOf(given, ports)
      const options = { name, topic, begin, silence, holding, bounds }
      return found ? [topicSource(options, { ...ports, topic: found })] : []
    }),
  ]
  for (const { name } of asked)
    if (asked.filter((each) => each.name === name).length > 1)
      throw new Unusable(`two sources are called ${name}`)
  const expected = new Map(asked.map((source) => [source.name, source]))
  board.expect('asked', expected, context.machine.scheduler.now())
  return asked
}

function holdingOf(given: TopicSource, ports: Pick<DeliverPorts, 'normalise'>): Holding {
  const speaker = { name: given.name, agents: given.agents }
  switch (given.format) {
    case 'cloudtrail':
      return { as: 'cloudtrail', normalise: ports.normalise }
    case 'activities':
      return { as: 'activities', speaker }
    case 'otlp_json':
    case 'otlp_proto': {
      const encoding = given.format === 'otlp_json' ? 'json' : 'protobuf'
      return { as: 'otlp', signal: signalOf(given) ?? 'traces', encoding, speaker }
    }
  }
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
    told: ({ source, mapped, ignored, dead, lag, sent, behind }) => {
      const refused = countsOf(dead.map(({ reason }) => reason))
      const taken = mapped + ignored
      board.request(source, scheduler.now(), { taken, refused, late: 0, lag, sent, behind })
      // One line for each reason: the dead letters have every place.
      for (const [reason, count] of refused) {
        const first = dead.find((letter) => letter.reason === reason)
        const place = { file: first?.source, offset: first?.offset, field: first?.field }
        log.warn('records were not understood', { source, reason, count, ...place })
      }
    },
  }
}

/** Lines that the log has at once of what is missing; the rest is on the board. */
const linesMax = 20

/** What is missing before more is complete: the board has all of it, the log each once. */
function lacking(board: DoorBoard, { machine: { log } }: Context): DigestPorts['lacks'] {
  const before = new Map<string, ReadonlySet<string>>()
  return (source, what) => {
    board.lacks(source, what)
    const known = before.get(source)
    for (const missing of what.filter((each) => !known?.has(each)).slice(0, linesMax))
      log.warn('a trail cannot be called complete', { source, missing })
    if (what.length === 0) log.info('nothing is missing of a trail any more', { source })
    before.set(source, new Set(what))
  }
}

/** `NAME=FOLDER`, or a folder that is called by its path. @throws Unusable if two have one name */
export function foldersOf(config: Config, cwd: string): FolderOptions[] {
  const { folders, serve } = config
  const everyMs = serve.folderSeconds * 1000
  const accounts = completeIn(config)
  const keepMs = serve.keepDays * dayMs
  const all = folders.map((text) => {
    const [, name, path = text] = /^([\w.-]{1,64})=(.+)$/.exec(text) ?? []
    return { name: name ?? text, path: resolve(cwd, path), everyMs, accounts, keepMs }
  })
  for (const { name, path } of all)
    if (all.some((other) => other.name === name && other.path !== path))
      throw new Unusable(`folders: two of them are called ${name}`)
  return all.filter(({ name }, n) => all.findIndex((each) => each.name === name) === n)
}
