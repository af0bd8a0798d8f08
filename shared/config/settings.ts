import { awsAccounts, awsQueues } from './aws.ts'
import { destinations } from './destinations.ts'
import { topicSources } from './kafka.ts'
import { workersCluster } from './workers.ts'
import { message } from './message.ts'
import { count, flag, names, path, pattern, text, type Setting } from './setting.ts'

const pemFile = {
  fallback: '',
  form: /^[^\0]*$/,
  allowed: 'the path of a PEM file',
  placeholder: 'FILE',
} as const

/**
 * Every setting, once. From this table come the type `Config`, the keys of `keytrail.yaml`, the
 * names of environment variables and flags, the help text and docs/settings.md.
 */
export const settings = {
  partitions: count({
    fallback: 4,
    min: 1,
    max: 1024,
    prose: 'Partitions of each hop; the outcome does not depend on it',
  }),
  batch: count({
    fallback: 2000,
    min: 1,
    max: 1_000_000,
    unit: 'activities',
    prose: 'Size of the unit of work; the outcome does not depend on it',
  }),
  issuers: names({
    fallback: [],
    each: 'ARNs, principals (account/role/NAME) or names',
    prose:
      'Brokers and orchestrators that issue credentials to tasks; what they write on an issue is exact evidence',
  }),
  tags: {
    task: names({
      fallback: ['task_id', 'task'],
      each: 'tag keys',
      prose: 'Session tags that name the task',
    }),
    agent: names({
      fallback: ['agent_id', 'agent'],
      each: 'tag keys',
      prose: 'Session tags that name the agent',
    }),
    human: names({
      fallback: ['user_id', 'user'],
      each: 'tag keys',
      prose: 'Session tags that name the human',
    }),
  },
  sessionName: pattern({
    groups: ['task', 'agent'],
    prose: 'How issuers write task and agent into the role session name',
  }),
  twoPlaces: {
    windowSeconds: count({
      fallback: 600,
      min: 1,
      max: 86_400,
      unit: 'seconds',
      prose: 'Two networks within this time are two places for one session',
    }),
  },
  afterEnd: {
    graceSeconds: count({
      fallback: 60,
      min: 0,
      max: 86_400,
      unit: 'seconds',
      prose: 'How long after the end of its task a credential may still be used',
    }),
  },
  denied: {
    burst: count({
      fallback: 10,
      min: 2,
      max: 10_000,
      prose: 'Denied calls of one credential that make a discovery burst',
    }),
  },
  harvest: {
    names: count({
      fallback: 10,
      min: 2,
      max: 10_000,
      prose: 'Different secrets read within a minute that make a harvest',
    }),
  },
  accounts: {
    trusted: names({
      fallback: [],
      each: 'account ids of twelve digits, quoted in YAML',
      pattern: /^\d{12}$/,
      prose: 'Accounts that are ours; sharing data with another one is sharing outside',
    }),
  },
  data: path({
    fallback: 'keytrail.db',
    prose:
      'Data file of serve and of the commands that ask it, or a PostgreSQL database: postgres://HOST/DATABASE',
  }),
  database: {
    leaseSeconds: count({
      fallback: 10,
      min: 1,
      max: 300,
      prose:
        'After so many seconds without a word from the process that serves a PostgreSQL database, one that stands by takes over',
    }),
  },
  folders: names({
    fallback: [],
    each: 'folders, or NAME=FOLDER',
    prose:
      'Folders that serve watches: CloudTrail files as a trail writes them, activities, OTLP/JSON',
  }),
  topics: topicSources('Topics of Kafka that serve reads'),
  workers: workersCluster('The cluster of Kafka by which many workers share the work'),
  message,
  http: {
    host: text({
      fallback: '127.0.0.1',
      form: /^[\w.:-]{1,255}$/,
      allowed: 'an address of this machine',
      placeholder: 'ADDRESS',
      prose: 'Where serve listens for OTLP and activities; another one than loopback needs TLS',
    }),
    port: count({
      fallback: 4318,
      min: 0,
      max: 65_535,
      prose: 'Port of OTLP/HTTP and of the agent API; 0: any that is free',
    }),
    certificate: text({ ...pemFile, prose: 'Certificate chain of the doors, PEM' }),
    key: text({ ...pemFile, prose: 'Private key of the certificate, PEM' }),
    behindTls: flag({
      fallback: false,
      prose: 'Something in front of the doors speaks TLS, so tokens may come in the clear',
    }),
  },
  aws: {
    accounts: awsAccounts('AWS accounts that serve asks, and in which it may cut'),
    queues: awsQueues('Queues of SQS that serve reads'),
    endpoint: text({
      fallback: '',
      form: /^(https?:\/\/\S+)?$/,
      allowed: 'an address',
      placeholder: 'URL',
      prose: 'One address for all AWS services, such as that of a simulator',
    }),
    allowOtherEndpoint: flag({
      fallback: false,
      prose: 'The endpoint may be elsewhere than AWS: whoever is there gets signed requests',
    }),
    pollSeconds: count({
      fallback: 60,
      min: 5,
      max: 3_600,
      unit: 'seconds',
      prose: 'Time between two looks at the event history of an account',
    }),
  },
  serve: {
    folderSeconds: count({
      fallback: 5,
      min: 1,
      max: 3_600,
      unit: 'seconds',
      prose: 'Time between two looks at a watched folder, at least',
    }),
    keepDays: count({
      fallback: 30,
      min: 1,
      max: 3_650,
      unit: 'days',
      prose: 'How long the log of batches and dead letters are kept',
    }),
    snapshotSeconds: count({
      fallback: 30,
      min: 1,
      max: 86_400,
      unit: 'seconds',
      prose: 'Time between two snapshots of the state, at least',
    }),
  },
  alerts: {
    holdSeconds: count({
      fallback: 60,
      min: 0,
      max: 86_400,
      unit: 'seconds',
      prose:
        'Least time between two messages that one incident has changed; a graver one never waits',
    }),
    destinations: destinations('Where incidents are sent'),
  },
  contain: {
    approve: names({
      fallback: [],
      each: 'detections, * for all',
      prose:
        'Detections whose findings may lead to a cut that a person approves; others are observed',
    }),
    auto: names({
      fallback: [],
      each: 'detections, * for all',
      prose: 'Detections whose findings may lead to a cut at once, where nobody else is hurt',
    }),
    protected: names({
      fallback: [],
      each: 'ARNs, principals (account/role/NAME) or key ids, * at the end for any rest',
      prose: 'Identities that are never cut, whoever asks, such as break-glass roles',
    }),
    responders: names({
      fallback: [],
      each: 'ARNs or principals (account/role/NAME)',
      prose:
        'Identities by which serve cuts and undoes: a key that they switch back on is told as posture, not as an incident',
    }),
    autoHour: count({
      fallback: 5,
      min: 0,
      max: 1_000,
      prose: 'Automatic cuts in an hour, at most',
    }),
    autoDay: count({
      fallback: 20,
      min: 0,
      max: 10_000,
      prose: 'Automatic cuts in a day, at most',
    }),
    allHour: count({
      fallback: 100,
      min: 1,
      max: 10_000,
      prose: 'Cuts in an hour, at most, also those that people approve; more wait',
    }),
    breakerAt: count({
      fallback: 2,
      min: 1,
      max: 1_000,
      prose: 'Automatic decisions that end badly within a day, before no machine cuts any more',
    }),
    approvalHours: count({
      fallback: 24,
      min: 1,
      max: 720,
      unit: 'hours',
      prose: 'How long a proposed cut waits for a person',
    }),
  },
} as const satisfies Tree

type Tree = { readonly [key: string]: Setting<never> | Setting<unknown> | Tree }

type ValueOf<Node> =
  Node extends Setting<infer T> ? T : { readonly [Key in keyof Node]: ValueOf<Node[Key]> }

/** All settings, each with its value: checked, complete, and frozen in shape. */
export type Config = ValueOf<typeof settings>

/** A setting with its address and the names under which each source knows it. */
export type NamedSetting = Setting<unknown> & {
  /** Path in the YAML file, such as `['tags', 'task']`. */
  readonly path: readonly string[]
  /** The path as people write it: `tags.task`. */
  readonly key: string
  /** `KEYTRAIL_TAGS_TASK`. */
  readonly variable: string
  /** `tags-task`, without the dashes in front. */
  readonly flag: string
}

/** Prefix of all environment variables that are ours. */
export const variablePrefix = 'KEYTRAIL_'

/** All settings in the order in which they are declared. */
export const allSettings: readonly NamedSetting[] = listed(settings, [])

function listed(tree: object, path: readonly string[]): NamedSetting[] {
  return Object.entries(tree).flatMap(([name, node]: [string, object]) => {
    const here = [...path, name]
    return isSetting(node) ? [{ ...node, ...namesOf(here) }] : listed(node, here)
  })
}

function isSetting(node: object): node is Setting<unknown> {
  return 'schema' in node
}

function namesOf(path: readonly string[]) {
  const words = path.flatMap((part) => part.split(/(?=[A-Z])/)).map((word) => word.toLowerCase())
  const variable = `${variablePrefix}${words.join('_').toUpperCase()}`
  return { path, key: path.join('.'), variable, flag: words.join('-') }
}
