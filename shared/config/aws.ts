import { z } from 'zod'
import { fromJson } from './reference.ts'
import type { Setting } from './setting.ts'

const profile = z.string().regex(/^[\w.@-]{1,128}$/, 'must be the name of a profile')

const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region')

const account = z.strictObject({
  id: z.string().regex(/^\d{12}$/, 'must be an account id of twelve digits, quoted in YAML'),
  /** Regions that it uses, whose event history is read; us-east-1, where IAM is, always is. None: nothing is read. */
  regions: z.array(region).max(64).default([]),
  /** The account uses no other regions, so that what is missing in these did not happen. */
  allRegions: z.boolean().default(false),
  /** Its event history is read; without that its trail must be watched. */
  lookup: z.boolean().default(true),
  /** Profile that may read the event history; absent: the usual chain of the AWS clients. */
  reader: profile.optional(),
  /** Profile that may cut. */
  responder: profile.optional(),
  /** Cuts are made with the usual chain of the AWS clients, where no responder is named. */
  respond: z.boolean().default(false),
})

/** An AWS account as the settings name it (docs/connect-aws.md). */
export type AwsAccount = z.infer<typeof account>

const queue = z
  .strictObject({
    /** As metrics and dead letters call it. */
    name: z.string().regex(/^[a-z\d][\w.-]{0,62}$/i, 'must be letters, digits, dots and dashes'),
    url: z
      .string()
      .max(1024)
      .regex(/^https?:\/\/\S+\/\S+$/, 'must be the address of a queue of SQS'),
    /** Where the address does not say it. */
    region: region.optional(),
    /** `files`: it tells of the files of a trail; `calls`: it carries records, as EventBridge sends them. */
    holds: z.enum(['files', 'calls']),
    /** Buckets of which objects are read. */
    buckets: z
      .array(z.string().regex(/^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/, 'must be the name of a bucket'))
      .max(100)
      .default([]),
    /** How the keys of its objects begin, where a trail has a prefix or is one of an organisation; others are not read. */
    prefix: z.string().min(1).max(1024).optional(),
    /** Seconds without a message after which it counts as blind; absent: it may have none for ever. */
    silence: z.int().min(1).max(31_536_000).optional(),
    /** Profile that may read queue and buckets; absent: the usual chain of the AWS clients. */
    reader: profile.optional(),
  })
  .superRefine((given, context) => {
    const refuse = (field: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [field], message })
    if (regionOf(given) === undefined) refuse('region', 'the address does not say it')
    if (given.holds === 'files' && given.buckets.length === 0)
      refuse('buckets', 'say whose files may be read')
    if (given.holds === 'calls' && given.buckets.length > 0)
      refuse('buckets', 'no object is read for a queue of calls')
    if (given.holds === 'calls' && given.prefix !== undefined)
      refuse('prefix', 'no object is read for a queue of calls')
  })

/** A queue of SQS as the settings name it (docs/connect-aws.md). */
export type AwsQueue = z.infer<typeof queue>

/** The region of a queue; undefined where neither the settings nor its address say it. */
export const regionOf = (given: Pick<AwsQueue, 'region' | 'url'>): string | undefined =>
  given.region ?? /^https:\/\/sqs\.([a-z\d-]+)\.amazonaws\.com\//.exec(given.url)?.[1]

/** A queue as policies name it, and whose it is; undefined where its address does not say it. */
export function arnOf(
  { url }: Pick<AwsQueue, 'url'>,
  region: string,
): { readonly text: string; readonly account: string } | undefined {
  const [, account, name] = /\/(\d{12})\/([\w-]{1,80})$/.exec(url) ?? []
  if (account === undefined || name === undefined) return undefined
  return { text: `arn:aws:sqs:${region}:${account}:${name}`, account }
}

const queuesMax = 100

/** A list of queues; as text, JSON. */
export const awsQueues = (prose: string): Setting<readonly AwsQueue[]> => ({
  schema: z
    .array(queue)
    .max(queuesMax)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'names must differ')
    .readonly(),
  fallback: [],
  prose,
  allowed:
    'a list of queues, each with name, url, holds (files or calls) and what docs/connect-aws.md says',
  placeholder: 'JSON',
  hidden: true,
  fromText: fromJson,
})

const accountsMax = 100

/** A list of accounts; as text, JSON. */
export const awsAccounts = (prose: string): Setting<readonly AwsAccount[]> => ({
  schema: z
    .array(account)
    .max(accountsMax)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'ids must differ')
    .readonly(),
  fallback: [],
  prose,
  allowed:
    'a list of accounts, each with id, regions, allRegions, lookup, reader and responder as docs/connect-aws.md says',
  placeholder: 'JSON',
  fromText: fromJson,
})
