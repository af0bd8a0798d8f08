import { setTimeout as sleep } from 'node:timers/promises'
import { engineHost, newNetwork, readyMs, startContainer, type Described } from './container.ts'
import { imageOf } from './engine.ts'
import { brokersKnownAt, hasCoordinator } from './kafka-ask.ts'
import {
  clusterId,
  formatting,
  running,
  type ClusterOptions,
  type KafkaCluster,
  type RunningNode,
} from './kafka-nodes.ts'
import { logSettings, serverSettings, type Node } from './kafka-settings.ts'
import { freePort } from './processes.ts'

/** Where the image has its jars, and where in the container everything of a node is. */
const classPath = '/opt/kafka/libs/*'
const dir = '/var/lib/kafka/node'

/** Apache Kafka in containers, with the same settings as from its jars. None of them outlives this process, however that ends. */
export async function startInContainers(options: ClusterOptions): Promise<KafkaCluster> {
  const host = engineHost()
  const nodes = await nodesOn(host, options.nodes ?? 1)
  const network = await newNetwork()
  const cluster = clusterId()
  const open: Launched[] = []
  const close = async (): Promise<void> => {
    await Promise.all(open.map((node) => node.end()))
    await network.close()
  }
  try {
    const all = await Promise.allSettled(
      nodes.map(async (node) => {
        const described = containerOf(node, nodes, { ...options, network: network.name, cluster })
        open.push(await launched(node, nodes.length, described))
      }),
    )
    for (const each of all) if (each.status === 'rejected') throw each.reason
    await Promise.all(open.map((node) => node.ready()))
    const [first] = open
    await first?.until(() => hasCoordinator(first.port))
  } catch (thrown) {
    await close()
    throw thrown
  }
  const at = (port: number): string => `${host}:${port}`
  return {
    brokers: nodes.map(({ port }) => at(port)),
    named: nodes.map(({ named }) => at(named)),
    sealed: nodes.map(({ sealed }) => at(sealed)),
    nodes: open.toSorted((a, b) => a.id - b.id),
    close,
  }
}

async function nodesOn(host: string, count: number): Promise<Node[]> {
  const nodes: Node[] = []
  for (let id = 1; id <= count; id++)
    nodes.push({
      id,
      port: await freePort(),
      named: await freePort(),
      sealed: await freePort(),
      controller: 9_093,
      dir,
      inside: { host, name: `node-${id}` },
    })
  return nodes
}

type Around = ClusterOptions & { readonly network: string; readonly cluster: string }

/** The storage is made at the first start; then the server takes the place of the shell, so that signals are for it. */
const scriptOf = (cluster: string): string => `
mkdir -p ${dir}/tmp ${dir}/data && cp /etc/node/* ${dir} || exit
[ -e ${dir}/data/meta.properties ] || java ${quoted(formatting(dir, cluster, classPath))} || exit
exec java ${quoted(running(dir, classPath))}`

/** Words for a shell; what we write into them has no quotation mark. */
const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ')

function containerOf(node: Node, nodes: readonly Node[], around: Around): Described {
  const { network, cluster, sealing, settings = {} } = around
  return {
    image: imageOf('kafka'),
    ports: new Map([node.port, node.named, node.sealed].map((port) => [port, port])),
    options: [`--network=${network}`, `--network-alias=node-${node.id}`],
    script: scriptOf(cluster),
    files: {
      folder: '/etc/node',
      texts: {
        'server.properties': serverSettings(node, nodes, sealing, settings),
        'log4j2.properties': logSettings(),
      },
    },
  }
}

type Launched = RunningNode & {
  readonly ready: () => Promise<void>
  readonly until: (check: () => Promise<boolean>) => Promise<void>
  readonly end: () => Promise<void>
}

async function launched({ id, port }: Node, size: number, described: Described): Promise<Launched> {
  const server = await startContainer(described)
  const until = async (check: () => Promise<boolean>): Promise<void> => {
    for (const end = Date.now() + readyMs; Date.now() < end; await sleep(50)) {
      if (server.isGone()) break
      if (await check().catch(() => false)) return
    }
    throw new Error(`broker ${id} has ended or is not ready\n${server.log().slice(-2_000)}`)
  }
  const ready = (): Promise<void> => until(async () => (await brokersKnownAt(port)) >= size)
  return {
    id,
    port,
    get pid() {
      return server.pid
    },
    ready,
    until,
    signal: server.signal,
    async restart() {
      await server.signal('SIGTERM')
      server.start()
      await ready()
    },
    end: server.close,
  }
}
