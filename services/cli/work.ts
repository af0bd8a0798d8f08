import { isAddress } from '#shared/config/place.ts'
import { Transient, Unusable } from '#shared/errors.ts'
import type { DataFile } from '#shared/ports/data-file.ts'
import type { HopLog } from '#shared/ports/hop-log.ts'
import type { Detection } from '#services/detect/detection.ts'
import { frontDesk } from '#services/desk/front.ts'
import { committing, type Beside } from '#services/hops/committing.ts'
import { hopNames, placesOf } from '#services/hops/places.ts'
import { planOf, topicsOf } from '#services/hops/topics.ts'
import { startWorker, type Worker } from '#services/hops/worker.ts'
import { generationOf } from '#services/serve/generation.ts'
import { keepTicking } from '#services/serve/serve.ts'
import { alerting } from './alerting.ts'
import { type Context, exit, UsageError } from './command.ts'
import { ingest } from './ingest.ts'
import { engineOf, lastingOf } from './lasting.ts'
import { placeOf } from './place.ts'
import { clusterOf } from './topics.ts'

/** How long a unit of work is open, ms: an incident waits for two to three of them. */
const unitMs = 200

type Part = 'ingest' | (typeof hopNames)[number]

/**
 * `keytrail serve --only`: shares the work with other processes. It observes: containment is for one process that serves alone.
 *
 * @param judges the detections of this build
 */
export async function work(
  only: string,
  judges: readonly Detection[],
  context: Context,
): Promise<number> {
  const parts = partsOf(only)
  const { machine, config } = context
  const place = placeOf(context)
  if (!isAddress(place))
    throw new UsageError('serve --only: workers share a database: --data postgres://HOST/DATABASE')
  const asked = machine.asked()
  let end: (status: number) => void = () => undefined
  const ended = new Promise<number>((resolve) => (end = resolve))
  const failed = (why: unknown): void => {
    machine.log.error('this process has stopped: what it would write cannot be trusted', { why })
    end(exit.failed)
  }
  await answered(context, async () => await expectTopics(context))
  const closing: (() => Promise<void>)[] = []
  try {
    const cluster = clusterOf(context)
    const log = await answered(context, async () => await machine.hopLog(cluster, hopNames))
    closing.push(log.close)
    const shared = { place, log, failed, closing }
    const worker = await workAt(parts, judges, context, shared)
    if (parts.has('ingest')) closing.push(await ingest(shared, worker, context))
    if (config.contain.approve.length + config.contain.auto.length > 0)
      machine.log.warn('workers observe only: containment is for one process that serves alone')
    machine.log.info('sharing the work', { parts: [...parts] })
    void asked.then(() => end(exit.fine))
    return await ended
  } finally {
    for (const close of closing.toReversed()) await close()
  }
}

type Shared = {
  readonly place: string
  readonly log: HopLog
  readonly failed: (why: unknown) => void
  /** What is closed in the end, the last first. */
  readonly closing: (() => Promise<void>)[]
}

async function workAt(
  parts: ReadonlySet<Part>,
  judges: readonly Detection[],
  context: Context,
  { place, log, failed, closing }: Shared,
): Promise<Worker | undefined> {
  const { machine, config } = context
  const seats = await answered(context, async () => await machine.seats(place))
  closing.push(seats.close)
  const engine = engineOf(config, judges)
  const places = placesOf(engine.partitions).all.filter(({ hop }) => parts.has(hop))
  if (places.length === 0) return undefined
  const generation = generationOf(engine)
  const leaseMs = config.database.leaseSeconds * 1000
  const effects = committing(generation, {
    own: () => machine.own(place, leaseMs),
    begin: (data: DataFile) => besideEffects(data, context, failed),
    scheduler: machine.scheduler,
    at: machine.at,
  })
  const { snapshotMs } = lastingOf(config)
  const options = {
    holder: machine.name(),
    generation,
    engine,
    places,
    leaseMs,
    unitMs,
    snapshotMs,
  }
  const worker = startWorker(options, {
    log,
    seats,
    scheduler: machine.scheduler,
    told: seats.told,
    effects,
    at: () => undefined,
    tellOperator: machine.log,
    failed,
  })
  closing.push(async () => {
    await worker.close()
    await effects.release()
  })
  return worker
}

/** How often brokers and database are asked again at the start, and the pause between, ms: they may come up together with us. */
const triesMax = 30
const againMs = 1_000

/** @throws Transient if there is no answer for long */
async function answered<T>({ machine }: Context, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await work()
    } catch (thrown) {
      if (!(thrown instanceof Transient) || tries >= triesMax) throw thrown
      machine.log.warn('no answer yet, trying again', { why: thrown.message })
      await new Promise<void>((resolve) => void machine.scheduler.later(againMs, resolve))
    }
}

/** The desk, and what it sends, as long as this process has the place of effects. */
function besideEffects(data: DataFile, context: Context, failed: (why: unknown) => void): Beside {
  const { scheduler, log } = context.machine
  const { holdMs, keepMs } = lastingOf(context.config)
  const alerts = alerting(data.outbox, context, failed)
  const front = frontDesk({ desk: data.desk, send: alerts.send })
  const ticking = keepTicking(
    front,
    { holdMs, keepMs },
    { scheduler, log, failed, desk: data.desk },
  )
  return {
    participants: [
      { take: ({ changes, at, records }) => void front.hear(changes, { at, holdMs }, records) },
    ],
    async close() {
      ticking.close()
      await alerts.close()
    },
  }
}

/** @throws Unusable if a topic is missing, or has another number of partitions than the settings say */
async function expectTopics(context: Context): Promise<void> {
  const cluster = clusterOf(context)
  const admin = await context.machine.topicAdmin(cluster)
  try {
    const wanted = topicsOf(context.config.partitions, cluster)
    const wrong = planOf(wanted, await admin.look(wanted)).filter(
      ({ as }) => as === 'make' || as === 'refused',
    )
    const [first] = wrong
    if (!first) return
    const why =
      first.as === 'make' ? 'is missing; say keytrail topics apply' : first.says.join('; ')
    throw new Unusable(`the topic ${first.form.topic} ${why}`)
  } finally {
    await admin.close()
  }
}

/** @throws UsageError for a part that is none */
function partsOf(only: string): ReadonlySet<Part> {
  const known: readonly Part[] = ['ingest', ...hopNames]
  const named = only
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (named.length === 0)
    throw new UsageError(`serve --only: say one of ${known.join(', ')}, or all.`)
  return new Set(
    named.flatMap((name) => {
      if (name === 'all') return known
      const part = known.find((each) => each === name)
      if (!part) throw new UsageError(`serve --only: ${name} is none of ${known.join(', ')}, all.`)
      return [part]
    }),
  )
}
