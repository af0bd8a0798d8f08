import type { Config } from '#shared/config.ts'
import { arnOf, type AwsQueue } from '#shared/config/aws.ts'
import type { Asked } from '#shared/ports/permissions.ts'
import type { Check } from '#services/doors/diagnose.ts'
import type { Report } from '#services/doors/report.ts'
import { queuesIn } from './cloud.ts'
import { deniedOf, namesOf, unmeasured, unusable } from './simulated.ts'
import type { Ask, Found, Part } from './simulated.ts'

/** What the reader must be allowed on a queue, and on the objects that it tells of (docs/connect-aws.md, "feeds"). */
const onQueue = [
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:ChangeMessageVisibility',
  'sqs:GetQueueAttributes',
] as const
const onObjects = 's3:GetObject'

/** Accounts whose folder in a bucket is tried. */
const triedMax = 20

/** For each queue: may its reader take messages, and read the objects that they tell of? */
export async function queueChecks(
  config: Config,
  report: Report | undefined,
  ask: Ask,
): Promise<readonly Check[]> {
  const checks: Check[] = []
  for (const { options, region, access } of queuesIn(config)) {
    const part: Part = {
      what: `permissions of the reader of queue ${options.name}`,
      access,
      askers: [access],
      ifDenied: 'docs/connect-aws.md has the policy of the reader of queues',
    }
    const reads = report?.sources.some(
      ({ source, is, taken }) => source === options.name && is === 'ok' && taken > 0,
    )
    checks.push(await checked(part, needsOf(config, options, region), reads === true, ask))
  }
  return checks
}

/** What must be allowed. Of objects one of the choices is enough, the wider first. */
type Needs = { readonly queue: readonly Asked[]; readonly objects: readonly Choice[] }
type Choice = { readonly bucket: string; readonly wide: Asked; readonly narrow: readonly Asked[] }

/**
 * A trail writes below AWSLogs/ACCOUNT/CloudTrail/ (CloudTrail User Guide, "finding your CloudTrail log files"), and there the
 * right may end; `*` stands in a resource for whatever follows.
 */
function needsOf(config: Config, options: AwsQueue, region: string): Needs | undefined {
  const arn = arnOf(options, region)
  if (!arn) return undefined
  const accounts = new Set([...config.aws.accounts.map(({ id }) => id), arn.account])
  const below = (bucket: string, prefix: string): Asked => ({
    action: onObjects,
    resource: `arn:aws:s3:::${bucket}/${prefix}*`,
  })
  return {
    queue: onQueue.map((action) => ({ action, resource: arn.text })),
    objects: options.buckets.map((bucket) => ({
      bucket,
      wide: below(bucket, options.prefix ?? ''),
      narrow:
        options.prefix === undefined
          ? [...accounts]
              .slice(0, triedMax)
              .map((account) => below(bucket, `AWSLogs/${account}/CloudTrail/`))
          : [],
    })),
  }
}

/** @param reads it does read: where the simulator knows of no right, the queue or bucket must give it by a policy of its own */
async function checked(
  part: Part,
  needs: Needs | undefined,
  reads: boolean,
  ask: Ask,
): Promise<Check> {
  const { what, access, ifDenied } = part
  if (!needs) {
    const says = 'not measurable: the address of the queue names no account'
    return { what, is: 'unknown', says, todo: 'ask for sqs:ReceiveMessage by hand' }
  }
  const identity = await ask(access, (own) => own.identity())
  if ('why' in identity) return unusable(part, identity.why)
  const lacks = await lackingOf(part, identity.found, needs, ask)
  if ('why' in lacks) return unmeasured(part, lacks.why)
  const count = needs.queue.length + (needs.objects.length > 0 ? 1 : 0)
  if (lacks.found.names.length === 0)
    return { what, is: 'fine', says: `${identity.found} is allowed all ${count} actions` }
  const says = `${identity.found} is ${lacks.found.isExplicit ? 'denied' : 'not allowed'} ${lacks.found.names.join('; ')}`
  if (reads && !lacks.found.isExplicit) {
    const its = 'a policy of the queue or the bucket may allow it'
    return { what, is: 'unknown', says: `${says}, as far as IAM knows; yet it is read`, todo: its }
  }
  return { what, is: 'wrong', says, todo: ifDenied }
}

type Lacking = { readonly names: readonly string[]; readonly isExplicit: boolean }

async function lackingOf(
  part: Part,
  us: string,
  { queue, objects }: Needs,
  ask: Ask,
): Promise<Found<Lacking>> {
  const onIt = await deniedOf(part, us, queue, ask)
  if ('why' in onIt) return onIt
  const names = onIt.found.length > 0 ? [`${namesOf(onIt.found)} on the queue`] : []
  let isExplicit = onIt.found.some((each) => each.isExplicit)
  for (const { bucket, wide, narrow } of objects) {
    const general = await deniedOf(part, us, [wide], ask)
    if ('why' in general) return general
    if (general.found.length === 0) continue
    const denied = narrow.length > 0 ? await deniedOf(part, us, narrow, ask) : general
    if ('why' in denied) return denied
    // Which of the accounts write there is not known: it is right if it may read what one of them writes.
    if (narrow.length > 0 && denied.found.length < narrow.length) continue
    isExplicit ||= denied.found.some((each) => each.isExplicit)
    const where = narrow.length > 0 ? 'AWSLogs/ACCOUNT/CloudTrail/' : 'the prefix'
    names.push(`${onObjects} in ${bucket} below ${where}`)
  }
  return { found: { names, isExplicit } }
}
