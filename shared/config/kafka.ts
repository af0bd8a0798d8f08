import { z } from 'zod'
import { fromJson, reference } from './reference.ts'
import type { Setting } from './setting.ts'

const file = z.string().min(1).max(4096)

const tls = z.strictObject({
  /** PEM files: who signed the brokers (else whom the machine trusts), and who we are, where brokers ask. */
  ca: file.optional(),
  cert: file.optional(),
  key: file.optional(),
  /** The name that the brokers' certificates have, where it is not the one that they are called by. */
  serverName: z.string().min(1).max(255).optional(),
})

const byPassword = { username: z.string().min(1).max(255), password: reference }

const sasl = z.discriminatedUnion('mechanism', [
  z.strictObject({ mechanism: z.literal('plain'), ...byPassword }),
  z.strictObject({ mechanism: z.literal('scram-sha-256'), ...byPassword }),
  z.strictObject({ mechanism: z.literal('scram-sha-512'), ...byPassword }),
  /** The token is read anew at each login, so whoever renews it writes the file. */
  z.strictObject({ mechanism: z.literal('oauthbearer'), token: reference }),
  /** IAM of Amazon MSK: who we are by the usual chain of the AWS clients, or by a profile. */
  z.strictObject({
    mechanism: z.literal('aws-msk-iam'),
    region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region'),
    profile: z
      .string()
      .regex(/^[\w.@-]{1,128}$/)
      .optional(),
  }),
])

/** Where a cluster is, and as whom we come (docs/connect-kafka.md). */
export const kafkaAccess = {
  brokers: z
    .array(z.string().regex(/^([\w.-]{1,255}|\[[\da-fA-F:]+\]):\d{1,5}$/, 'must be HOST:PORT'))
    .min(1)
    .max(100),
  tls: z.union([z.boolean(), tls]).default(false),
  sasl: sasl.optional(),
}

/** How a cluster of Kafka is reached. */
export type KafkaAccess = z.infer<z.ZodObject<typeof kafkaAccess>>

const isHere = (broker: string): boolean => /^(localhost|127\.[\d.]+|\[::1\]):/.test(broker)

/** Refuses an access that cannot be meant. */
export function checkAccess(given: KafkaAccess, refuse: Refuse): void {
  const hasTls = given.tls !== false
  if (given.sasl && !hasTls && !given.brokers.every(isHere))
    refuse('tls', 'sasl needs it, or passwords would cross the network in the clear')
  if (
    typeof given.tls === 'object' &&
    (given.tls.cert === undefined) !== (given.tls.key === undefined)
  )
    refuse('tls', 'a cert needs its key, and a key its cert')
}

type Refuse = (field: string, why: string) => void

/** Tells a refusal to the schema. */
export const refusing =
  (context: z.RefinementCtx): Refuse =>
  (field, message) =>
    context.addIssue({ code: 'custom', path: [field], message })

export const topicName = z
  .string()
  .regex(
    /^(?!\.{1,2}$)[\w.-]{1,249}$/,
    'must be the name of a topic: letters, digits, dots, dashes',
  )

const formats = ['cloudtrail', 'activities', 'otlp_proto', 'otlp_json'] as const

const source = z
  .strictObject({
    /** As metrics, dead letters and reports call it. Another name begins anew. */
    name: z.string().regex(/^[a-z\d][\w.-]{0,62}$/i, 'must be letters, digits, dots and dashes'),
    ...kafkaAccess,
    topic: topicName,
    format: z.enum(formats),
    /** What an otlp topic holds; the topics otlp_spans and otlp_logs say it themselves. */
    signal: z.enum(['traces', 'logs']).optional(),
    /** Agents for which it may speak; `*` is every agent. */
    agents: z.array(z.string().min(1).max(512)).max(1_000).default([]),
    /** Where a partition begins of which nothing was read. */
    begin: z.enum(['earliest', 'latest']).default('earliest'),
    /** Under which group the brokers know us; nobody else may be in it. */
    group: z.string().min(1).max(255).optional(),
    /** Seconds without a message after which it counts as blind; absent: it may have none for ever. */
    silence: z.int().min(1).max(31_536_000).optional(),
  })
  .superRefine((given, context) => {
    const refuse = refusing(context)
    checkAccess(given, refuse)
    if (given.format === 'cloudtrail' && given.agents.length > 0)
      refuse('agents', 'none may speak in a topic of CloudTrail records')
    if (given.format !== 'cloudtrail' && given.agents.length === 0)
      refuse('agents', 'say for which agents it may speak, or ["*"] for every agent')
    if (given.format.startsWith('otlp') && !signalOf(given))
      refuse('signal', 'must be traces or logs')
  })

/** A topic as the settings name it. */
export type TopicSource = z.infer<typeof source>

/** What the messages of a topic of OTLP hold: the OpenTelemetry Collector's Kafka exporter calls its topics so by default. */
export const signalOf = ({
  signal,
  topic,
}: Pick<TopicSource, 'signal' | 'topic'>): TopicSource['signal'] =>
  signal ?? (topic === 'otlp_spans' ? 'traces' : topic === 'otlp_logs' ? 'logs' : undefined)

const topicsMax = 100

/** A list of topics that are read; as text, JSON. */
export const topicSources = (prose: string): Setting<readonly TopicSource[]> => ({
  schema: z
    .array(source)
    .max(topicsMax)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'names must differ')
    .readonly(),
  fallback: [],
  prose,
  allowed:
    'a list of topics, each with name, brokers, topic, format (cloudtrail, activities, otlp_proto or otlp_json) and what docs/connect-kafka.md says',
  placeholder: 'JSON',
  hidden: true,
  fromText: fromJson,
})
