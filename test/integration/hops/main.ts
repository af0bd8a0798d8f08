/** A worker of its own, for tests that end it: `main.ts JSON`, see WorkerArguments. */
import { systemScheduler } from '#infra/clock/scheduler.ts'
import { kafkaHopLog } from '#infra/kafka/hop-log.ts'
import { ownInPostgres } from '#infra/postgres/data-file.ts'
import { postgresSeats } from '#infra/postgres/seats.ts'
import { committing } from '#services/hops/committing.ts'
import { hopNames, placesOf } from '#services/hops/places.ts'
import { startWorker } from '#services/hops/worker.ts'
import { frontDesk } from '#services/desk/front.ts'
import type { Unit } from '#services/serve/tell.ts'
import { silent } from '#test/serve.ts'
import { engine, leaseMs, type WorkerArguments } from './options.ts'

const { holder, brokers, database, prefix, dieAt } = JSON.parse(
  process.argv[2] ?? '',
) as WorkerArguments
let passed = 0
const at = (point: string): void => {
  if (point === dieAt?.point && ++passed >= dieAt.times) process.kill(process.pid, 'SIGKILL')
}
const failed = (why: unknown): void => {
  process.stderr.write(`${holder}: ${String(why)}\n`)
  process.exitCode = 1
  process.exit()
}
process.on('unhandledRejection', failed)

const log = await kafkaHopLog(
  { brokers, log: silent },
  { prefix, hops: hopNames, group: `${prefix}-${holder}` },
)
const seats = await postgresSeats(database)
const effects = committing('test', {
  own: () => ownInPostgres(database, holder, { leaseMs }),
  begin: (data) => {
    const desk = frontDesk({ desk: data.desk, send: () => undefined })
    const participants = [
      {
        take: ({ changes, at, records }: Unit) =>
          void desk.hear(changes, { at, holdMs: 0 }, records),
      },
    ]
    return { participants, close: async () => await Promise.resolve() }
  },
  scheduler: systemScheduler,
  at: () => undefined,
})
const worker = startWorker(
  {
    holder,
    generation: 'test',
    engine,
    places: placesOf(engine.partitions).all,
    leaseMs,
    unitMs: 100,
    snapshotMs: 1_000,
  },
  {
    log,
    seats,
    scheduler: systemScheduler,
    told: seats.told,
    effects,
    at,
    tellOperator: silent,
    failed,
  },
)
process.on('SIGTERM', () => {
  void worker
    .close()
    .then(async () => await log.close())
    .then(async () => await seats.close())
    .then(() => process.exit(0))
})
setInterval(() => {
  const { told, places, repeats } = worker.status()
  process.stdout.write(`${JSON.stringify({ told, places: places.size, repeats })}\n`)
}, 500)
