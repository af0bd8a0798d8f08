import { z } from 'zod'
import { checkAccess, kafkaAccess, refusing, topicName } from './kafka.ts'
import { fromJson } from './reference.ts'
import type { Setting } from './setting.ts'

const workers = z
  .strictObject({
    ...kafkaAccess,
    /** Topics are called `PREFIX.HOP`. */
    prefix: topicName.max(200).default('keytrail'),
    /** Of each topic; with three or more, two must have a message before it counts. */
    copies: z.int().min(1).max(9).default(3),
    /** How long messages are kept: longer than workers may be away. */
    keepHours: z.int().min(1).max(8_760).default(72),
  })
  .superRefine((given, context) => checkAccess(given, refusing(context)))

/** The cluster by which many workers share the work. */
export type WorkersCluster = z.infer<typeof workers>

/** One cluster; as text, JSON. */
export const workersCluster = (prose: string): Setting<WorkersCluster | undefined> => ({
  schema: workers.optional(),
  fallback: undefined,
  prose,
  allowed: 'brokers, tls and sasl as docs/connect-kafka.md says, prefix, copies and keepHours',
  placeholder: 'JSON',
  hidden: true,
  fromText: fromJson,
})
