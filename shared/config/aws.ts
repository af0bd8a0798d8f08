import { z } from 'zod'
import { fromJson } from './reference.ts'
import type { Setting } from './setting.ts'

const profile = z.string().regex(/^[\w.@-]{1,128}$/, 'must be the name of a profile')

const account = z.strictObject({
  id: z.string().regex(/^\d{12}$/, 'must be an account id of twelve digits, quoted in YAML'),
  /** Regions that it uses, whose event history is read; us-east-1, where IAM is, always is. None: nothing is read. */
  regions: z
    .array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/))
    .max(64)
    .default([]),
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
