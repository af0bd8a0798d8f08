import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { brokersKnownAt, hasCoordinator } from './kafka-ask.ts'
import { java, kafkaClassPath, noJava } from './kafka-jars.ts'
import {
  logSettings,
  serverSettings,
  user,
  type Node,
  type Sealing,
  type Settings,
} from './kafka-settings.ts'
import { freePort, lastWill } from './processes.ts'

export type ClusterOptions = {
  /** Processes, each broker and controller: 1 or 3. */
  readonly nodes?: number
  /** Opens the listener that speaks TLS. */
  readonly sealing?: Sealing
  readonly settings?: Settings
}

/** One broker of the cluster, for tests that disturb it. */
export type RunningNode = {
  readonly id: number
  readonly port: number
  readonly pid: number
  /** Sends a signal; resolves once the process has gone, but for SIGSTOP and SIGCONT at once. */
  readonly signal: (signal: NodeJS.Signals) => Promise<void>
  /** Starts it again with what it kept; resolves once it is in the cluster. */
  readonly restart: () => Promise<void>
}

export type KafkaCluster = {
  /** `HOST:PORT` of every broker, as clients without a name come in. */
  readonly brokers: readonly string[]
  /** The same for clients with the name and password of `kafka-settings.ts`. */
  readonly named: readonly string[]
  readonly sealed: readonly string[]
  readonly nodes: readonly RunningNode[]
  readonly close: () => Promise<void>
}

/** How long a cluster may take to be ready, and to end when asked, ms. */
const readyMs = 90_000
const graceMs = 15_000

const run = promisify(execFile)

/** Small and quick to start, and no file outside of its folder: native parts of the codecs are unpacked there. */
const jvm = (dir: string, heap: string): string[] => [
  `-Xmx${heap}`,
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:+ExitOnOutOfMemoryError',
  '-XX:-UsePerfData',
  `-Djava.io.tmpdir=${dir}/tmp`,
  `-Dkafka.logs.dir=${dir}`,
  `-Dlog4j2.configurationFile=${dir}/log4j2.properties`,
]

/** Apache Kafka from its jars, in a folder that goes with it. None of it outlives this process, however that ends. */
export async function startFromJars(options: ClusterOptions): Promise<KafkaCluster> {
  const classPath = await kafkaClassPath()
  const dir = mkdtempSync(join(tmpdir(), 'keytrail-kafka-'))
  const kept = lastWill('sleep 2; rm -rf -- "$1"', [dir])
  const nodes = await nodesIn(dir, options.nodes ?? 1)
  for (const node of nodes) writeFiles(node, nodes, options)
  const launched = nodes.map((node) => newNode(node, nodes.length, classPath))
  const close = async (): Promise<void> => {
    await Promise.all(launched.map((node) => node.end()))
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
    kept()
  }
  try {
    await format(nodes, classPath)
    for (const node of launched) node.launch()
    await Promise.all(launched.map((node) => node.ready()))
    const [first] = launched
    await first?.until(() => hasCoordinator(first.port))
  } catch (thrown) {
    await close()
    throw thrown
  }
  const at = (port: number): string => `127.0.0.1:${port}`
  return {
    brokers: nodes.map(({ port }) => at(port)),
    named: nodes.map(({ named }) => at(named)),
    sealed: nodes.map(({ sealed }) => at(sealed)),
    nodes: launched,
    close,
  }
}

async function nodesIn(dir: string, count: number): Promise<Node[]> {
  const nodes: Node[] = []
  for (let id = 1; id <= count; id++)
    nodes.push({
      id,
      port: await freePort(),
      named: await freePort(),
      sealed: await freePort(),
      controller: await freePort(),
      dir: join(dir, `node-${id}`),
    })
  return nodes
}

function writeFiles(
  node: Node,
  nodes: readonly Node[],
  { sealing, settings = {} }: ClusterOptions,
) {
  mkdirSync(join(node.dir, 'tmp'), { recursive: true })
  mkdirSync(join(node.dir, 'data'))
  writeFileSync(join(node.dir, 'log4j2.properties'), logSettings())
  writeFileSync(join(node.dir, 'server.properties'), serverSettings(node, nodes, sealing, settings))
}

export const clusterId = (): string => `A${randomBytes(16).toString('base64url').slice(1)}`

/** What Java is called with to make an empty data folder, with the users of SCRAM in it. */
export function formatting(dir: string, cluster: string, classPath: string): string[] {
  const { username, password } = user
  const users = ['256', '512'].flatMap((bits) => [
    '--add-scram',
    `SCRAM-SHA-${bits}=[name=${username},password=${password}]`,
  ])
  const args = ['kafka.tools.StorageTool', 'format', '-t', cluster]
  return [...jvm(dir, '64m'), '-cp', classPath, ...args, '-c', `${dir}/server.properties`, ...users]
}

/** What Java is called with to run a broker. */
export const running = (dir: string, classPath: string): string[] => [
  ...jvm(dir, '384m'),
  '-cp',
  classPath,
  'kafka.Kafka',
  `${dir}/server.properties`,
]

/** A data folder that was written by hand would start too, with the features of another version than production runs. */
async function format(nodes: readonly Node[], classPath: string): Promise<void> {
  const id = clusterId()
  const each = nodes.map(({ dir }) => run(java(), formatting(dir, id, classPath)))
  await Promise.all(each).catch((cause: unknown) => {
    throw (cause as NodeJS.ErrnoException).code === 'ENOENT' ? noJava(cause) : cause
  })
}

type Launched = RunningNode & {
  readonly launch: () => void
  readonly ready: () => Promise<void>
  readonly until: (check: () => Promise<boolean>) => Promise<void>
  readonly end: () => Promise<void>
}

function newNode({ id, port, dir }: Node, size: number, classPath: string): Launched {
  let child: ChildProcess | undefined
  let gone: Promise<unknown> = Promise.resolve()
  const log = join(dir, 'server.log')
  const isGone = (): boolean => !child || child.exitCode !== null || child.signalCode !== null

  const launch = (): void => {
    const out = openSync(log, 'a')
    const started = spawn(java(), running(dir, classPath), {
      cwd: dir,
      detached: true,
      stdio: ['ignore', out, out],
    })
    closeSync(out)
    const calm = lastWill('kill -9 "$1"', [String(started.pid)])
    child = started
    gone = once(started, 'exit').finally(calm)
  }
  const until = async (check: () => Promise<boolean>): Promise<void> => {
    for (const end = Date.now() + readyMs; Date.now() < end; await sleep(50)) {
      if (isGone()) break
      if (await check().catch(() => false)) return
    }
    const last = readFileSync(log, 'utf8').split('\n').slice(-15).join('\n')
    throw new Error(
      `broker ${id} ${isGone() ? 'has ended' : `is not ready after ${readyMs} ms`}\n${last}`,
    )
  }
  const ready = (): Promise<void> => until(async () => (await brokersKnownAt(port)) >= size)
  const signal = async (name: NodeJS.Signals): Promise<void> => {
    if (!isGone()) child?.kill(name)
    if (name !== 'SIGSTOP' && name !== 'SIGCONT') await gone
  }
  return {
    id,
    port,
    get pid() {
      return child?.pid ?? 0
    },
    launch,
    ready,
    until,
    signal,
    async restart() {
      if (!isGone()) await signal('SIGTERM')
      launch()
      await ready()
    },
    async end() {
      if (isGone()) return
      child?.kill('SIGCONT')
      child?.kill('SIGTERM')
      const late = sleep(graceMs, 'late', { ref: false })
      if ((await Promise.race([gone, late])) === 'late') await signal('SIGKILL')
    },
  }
}
