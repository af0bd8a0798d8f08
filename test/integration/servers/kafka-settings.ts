/** One process of the cluster: broker and controller. */
export type Node = {
  readonly id: number
  /** Where clients come in. */
  readonly port: number
  /** Where clients with a name and password come in. */
  readonly named: number
  /** Where clients come in by TLS, with a name and password. */
  readonly sealed: number
  readonly controller: number
  readonly dir: string
  /** In a container: how clients outside and the other nodes find it. */
  readonly inside?: { readonly host: string; readonly name: string }
}

/** Where nodes in containers speak to one another: what clients are told is not reachable from inside. */
const innerPort = 19_092

/** A certificate and its key, PEM. */
export type Sealing = { readonly cert: string; readonly key: string }

export type Settings = Readonly<Record<string, string | number | boolean>>

const text = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${String(value).replaceAll('\n', '\\n')}\n`)
    .join('')

/** User of the named listener; SCRAM users are made when the storage is formatted. */
export const user = { username: 'keytrail', password: 'only-for-tests' }

const jaas = (login: string, options: string): string =>
  `org.apache.kafka.common.security.${login} required ${options};`

/** Ways to say who one is, at one listener. */
const mechanismsOf = (listener: string): Settings => ({
  [`listener.name.${listener}.plain.sasl.jaas.config`]: jaas(
    'plain.PlainLoginModule',
    `user_${user.username}="${user.password}"`,
  ),
  [`listener.name.${listener}.scram-sha-256.sasl.jaas.config`]: jaas('scram.ScramLoginModule', ''),
  [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`]: jaas('scram.ScramLoginModule', ''),
  [`listener.name.${listener}.oauthbearer.sasl.jaas.config`]: jaas(
    'oauthbearer.OAuthBearerLoginModule',
    'unsecuredLoginStringClaim_sub="broker"',
  ),
})

const mechanisms: Settings = {
  'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
  ...mechanismsOf('named'),
  ...mechanismsOf('sealed'),
}

const sealedBy = ({ cert, key }: Sealing): Settings => ({
  'listener.name.sealed.ssl.keystore.type': 'PEM',
  'listener.name.sealed.ssl.keystore.certificate.chain': cert,
  'listener.name.sealed.ssl.keystore.key': key,
})

const nameOf = ({ inside }: Node): string => inside?.name ?? '127.0.0.1'

/** What a broker of a test needs: quick to start, quick to replace, and nothing made that nobody asked for. */
export function serverSettings(
  node: Node,
  nodes: readonly Node[],
  sealing: Sealing | undefined,
  more: Settings,
): string {
  const { id, port, named, sealed, controller, dir, inside } = node
  const copies = Math.min(3, nodes.length)
  const inSync = copies === 3 ? 2 : 1
  const open = (host: string): string[] => [
    `PLAIN://${host}:${port}`,
    `NAMED://${host}:${named}`,
    ...(sealing ? [`SEALED://${host}:${sealed}`] : []),
  ]
  const own = nameOf(node)
  // A container may have several addresses, and listens on all of them.
  const inner = (host: string): string[] =>
    inside ? [`INNER://${host}:${innerPort}`, `CONTROLLER://${host}:${controller}`] : []
  return text({
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': nodes.map((n) => `${n.id}@${nameOf(n)}:${n.controller}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: inside
      ? [...open('0.0.0.0'), ...inner('0.0.0.0')].join(',')
      : [...open(own), `CONTROLLER://${own}:${controller}`].join(','),
    'advertised.listeners': [...open(inside?.host ?? own), ...inner(own)].join(','),
    'listener.security.protocol.map':
      'PLAIN:PLAINTEXT,INNER:PLAINTEXT,NAMED:SASL_PLAINTEXT,SEALED:SASL_SSL,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': inside ? 'INNER' : 'PLAIN',
    ...mechanisms,
    ...(sealing && sealedBy(sealing)),
    'log.dirs': `${dir}/data`,
    'auto.create.topics.enable': false,
    'num.partitions': 4,
    'default.replication.factor': copies,
    'min.insync.replicas': inSync,
    'unclean.leader.election.enable': false,
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': inSync,
    // Each first member of a group would wait three seconds otherwise.
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 500,
    // How fast a leader that was killed is replaced; 9000 and 2000 by default.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
    'log.segment.bytes': 16_777_216,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    'log.retention.check.interval.ms': 1000,
    'log.initial.task.delay.ms': 500,
    'num.network.threads': 2,
    'num.io.threads': 2,
    'num.recovery.threads.per.data.dir': 1,
    ...more,
  })
}

export const logSettings = (): string =>
  text({
    status: 'error',
    name: 'kafka',
    'appender.out.type': 'Console',
    'appender.out.name': 'OUT',
    'appender.out.layout.type': 'PatternLayout',
    'appender.out.layout.pattern': '%d{HH:mm:ss.SSS} %-5p %c{1} %m%n',
    'rootLogger.level': 'INFO',
    'rootLogger.appenderRef.out.ref': 'OUT',
  })
