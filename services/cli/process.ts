import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { z } from 'zod'
import { sendersOf } from '#infra/alert/senders.ts'
import { files } from '#infra/files/files.ts'
import { listen } from '#infra/http/server.ts'
import { pinoLog } from '#infra/log/log.ts'
import { memoryEffects } from '#infra/memory/effects.ts'
import { systemScheduler } from '#infra/clock/scheduler.ts'
import { userName } from '#infra/os/user.ts'
import { backUp, restore } from '#infra/sqlite/backup.ts'
import { openBeside, ownDataFile } from '#infra/sqlite/data-file.ts'
import { isAddress } from '#shared/config/place.ts'
import type { WorkersCluster } from '#shared/config/workers.ts'
import type { TopicSource } from '#shared/config/kafka.ts'
import type { Topic } from '#shared/ports/topic.ts'
import type { AtCrashPoint } from '#services/serve/crash-points.ts'
import type { CloudAccess, Output } from './command.ts'
import type { Surroundings } from './dispatch.ts'

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')))

const log = pinoLog('info')

/**
 * The process as commands see it, with the real adapters.
 *
 * @param at hears how far the work has come; only crash tests listen
 */
export function surroundings(
  at: AtCrashPoint = () => undefined,
): Surroundings & { readonly ended: () => void } {
  quietPipes()
  const staying = stay()
  return {
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    files,
    effects: memoryEffects,
    machine: {
      own: async (place, leaseMs) =>
        isAddress(place)
          ? (await loadPostgres()).ownInPostgres(place, holder(), { leaseMs })
          : ownDataFile(place),
      beside: async (place, ifMissing) =>
        isAddress(place)
          ? (await loadPostgres()).openInPostgres(place)
          : openBeside(place, ifMissing),
      backUp,
      restore,
      chance: randomBytes,
      user: () => userName(),
      listen,
      cloud: loadCloud,
      topics: loadTopics,
      hopLog: async (cluster, hops) => {
        const { kafkaHopLog } = await import('#infra/kafka/hop-log.ts')
        const group = `${cluster.prefix}.worker-${hostname()}-${process.pid}`
        return await kafkaHopLog(await accessTo(cluster), { prefix: cluster.prefix, hops, group })
      },
      seats: async (address) =>
        await (await import('#infra/postgres/seats.ts')).postgresSeats(address),
      name: holder,
      topicAdmin: async (cluster) => {
        const { kafkaTopicAdmin } = await import('#infra/kafka/topic-admin.ts')
        return kafkaTopicAdmin(await accessTo(cluster))
      },
      senders: (destinations) =>
        sendersOf(destinations, {
          environment: process.env,
          cwd: process.cwd(),
          now: () => systemScheduler.now(),
          log,
        }),
      scheduler: systemScheduler,
      log,
      at,
      asked: staying.asked,
    },
    cwd: process.cwd(),
    version,
    environment: process.env,
    readText,
    ended: staying.end,
  }
}

function quietPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // `keytrail … | head` closes the pipe: the reader has what it wants.
      if (error.code !== 'EPIPE') throw error
      process.exit()
    })
  }
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return { write: (text) => void stream.write(text), isTerminal: stream.isTTY === true }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(resolve(path), 'utf8')
  } catch {
    return undefined
  }
}

/** Who asks for signals stays alive until one comes, or its command has ended; a second signal ends it at once, as if nobody listened. */
function stay(): { readonly asked: () => Promise<string>; readonly end: () => void } {
  let alive: NodeJS.Timeout | undefined
  const end = (): void => clearInterval(alive)
  return {
    end,
    asked() {
      alive = setInterval(() => undefined, 2 ** 30)
      return new Promise<string>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
      }).finally(end)
    },
  }
}

const loadPostgres = () => import('#infra/postgres/data-file.ts')

/** How others see this process while it serves. */
const holder = (): string => `process ${process.pid} on ${hostname()}`

async function loadCloud(): Promise<CloudAccess> {
  const [{ awsActuator }, { eventHistory }, { awsPermissions }, { sqsQueue }, { s3Buckets }] =
    await Promise.all([
      import('#infra/aws/actuator.ts'),
      import('#infra/aws/event-history.ts'),
      import('#infra/aws/permissions.ts'),
      import('#infra/aws/queue.ts'),
      import('#infra/aws/buckets.ts'),
    ])
  return {
    history: eventHistory,
    queue: sqsQueue,
    buckets: s3Buckets,
    permissions: awsPermissions,
    actuator: (accesses) => awsActuator(accesses, () => Date.now()),
  }
}

async function accessTo(cluster: WorkersCluster) {
  const { accessOf } = await import('#infra/kafka/access.ts')
  return accessOf(cluster, 'workers', { environment: process.env, cwd: process.cwd(), log })
}

async function loadTopics(sources: readonly TopicSource[]): Promise<ReadonlyMap<string, Topic>> {
  if (sources.length === 0) return new Map()
  const { topicsOf } = await import('#infra/kafka/topics.ts')
  return topicsOf(sources, { environment: process.env, cwd: process.cwd(), log })
}
