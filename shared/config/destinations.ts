import { z } from 'zod'
import { severities } from '#shared/messages/finding.ts'
import { checkAccess, kafkaAccess, refusing, topicName } from './kafka.ts'
import { fromJson, reference } from './reference.ts'
import type { Setting } from './setting.ts'

const address = z.union([
  reference,
  z.string().max(2048).refine(isWebAddress, 'must be https://… without user and password'),
])

function isWebAddress(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.hash === ''
}

const common = {
  name: z
    .string()
    .regex(/^[a-z\d][a-z\d-]{0,39}$/, 'must be lower case letters, digits and dashes'),
  /** Incidents below it are not sent here. */
  severity: z.enum(severities).default('low'),
}

const overTheNet = {
  ...common,
  /** Networks that are refused unless they stand here; link-local and metadata addresses always are. */
  allow: z
    .array(z.enum(['loopback', 'private']))
    .max(2)
    .default([]),
}

/** Topics by what they get; what has none is not sent. */
const resultTopics = z
  .strictObject({
    incidents: topicName.optional(),
    findings: topicName.optional(),
    receipts: topicName.optional(),
    evidence: topicName.optional(),
  })
  .refine((topics) => Object.keys(topics).length > 0, 'must name a topic')

const destination = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: z.literal('file'), path: z.string().min(1).max(4096) }),
  z.strictObject({
    ...overTheNet,
    kind: z.literal('webhook'),
    url: address,
    /** The first signs first; a second one while receivers change over. */
    secrets: z.array(reference).min(1).max(2),
  }),
  z
    .strictObject({ ...common, ...kafkaAccess, kind: z.literal('kafka'), topics: resultTopics })
    .superRefine((given, context) => checkAccess(given, refusing(context))),
  z.strictObject({ ...overTheNet, kind: z.literal('slack'), url: reference }),
  z.strictObject({
    ...overTheNet,
    kind: z.literal('pagerduty'),
    key: reference,
    url: address.default('https://events.pagerduty.com/v2/enqueue'),
  }),
])

/** Somewhere that people hear of incidents. */
export type Destination = z.infer<typeof destination>

/** Destinations of one installation; each costs a row for each event. */
const destinationsMax = 20

/** A list of destinations; as text, JSON. */
export const destinations = (prose: string): Setting<readonly Destination[]> => ({
  schema: z
    .array(destination)
    .max(destinationsMax)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'names must differ')
    .readonly(),
  fallback: [],
  prose,
  allowed:
    'a list of destinations, each with name, kind (file, webhook, kafka, slack or pagerduty) and what docs/alerts.md says of the kind',
  placeholder: 'JSON',
  hidden: true,
  fromText: fromJson,
})
