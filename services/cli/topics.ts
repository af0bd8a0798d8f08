import type { WorkersCluster } from '#shared/config/workers.ts'
import type { TopicAdmin } from '#shared/ports/topic-admin.ts'
import { planOf, topicsOf, type TopicPlan } from '#services/hops/topics.ts'
import { type Command, type Context, exit, UsageError } from './command.ts'

/** `keytrail topics`: the topics by which many workers share the work. */
export const topicsCommand: Command = {
  name: 'topics',
  summary: 'Show or make the topics by which many workers share the work',
  usage: 'plan|apply',
  options: {},
  async run({ positionals }, context) {
    const [verb, ...rest] = positionals
    if ((verb !== 'plan' && verb !== 'apply') || rest.length > 0)
      throw new UsageError('topics: say plan or apply.')
    const cluster = clusterOf(context)
    const admin = await context.machine.topicAdmin(cluster)
    try {
      const wanted = topicsOf(context.config.partitions, cluster)
      const plans = planOf(wanted, await admin.look(wanted))
      return verb === 'plan' ? tell(plans, context) : await apply(plans, admin, context)
    } finally {
      await admin.close()
    }
  },
}

/** @throws UsageError if the settings name no cluster */
export function clusterOf({ config }: Context): WorkersCluster {
  if (!config.workers)
    throw new UsageError('the settings name no cluster for workers: set workers.brokers.')
  return config.workers
}

async function apply(
  plans: readonly TopicPlan[],
  admin: TopicAdmin,
  context: Context,
): Promise<number> {
  const refused = plans.some(({ as }) => as === 'refused')
  const missing = plans.filter(({ as }) => as === 'make').map(({ form }) => form)
  // All or none: half of the topics would be taken for all of them.
  if (!refused && missing.length > 0) await admin.make(missing)
  return tell(plans, context, !refused)
}

function tell(plans: readonly TopicPlan[], { stdout }: Context, isDone = false): number {
  const words = {
    fine: 'fine',
    make: isDone ? 'made' : 'to make',
    differs: 'differs',
    refused: 'refused',
  }
  for (const { form, as, says } of plans) {
    const { topic, partitions, copies } = form
    const size = `${partitions} partition${partitions === 1 ? '' : 's'}, ${copies} cop${copies === 1 ? 'y' : 'ies'}`
    stdout.write(`${words[as].padEnd(8)} ${topic}  ${size}\n`)
    for (const line of says) stdout.write(`         ${line}\n`)
  }
  return plans.some(({ as }) => as === 'refused') ? exit.failed : exit.fine
}
