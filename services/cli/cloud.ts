import type { AwsAccess } from '#shared/ports/aws-access.ts'
import type { Config } from '#shared/config.ts'
import { regionOf, type AwsAccount, type AwsQueue } from '#shared/config/aws.ts'
import type { LookupOptions } from '#services/sources/lookup.ts'

/** As whom we speak to one account. */
function accessOf({ aws }: Config, profile: string | undefined): AwsAccess {
  const { endpoint, allowOtherEndpoint } = aws
  return {
    allowOtherEndpoint,
    ...(endpoint !== '' && { endpoint }),
    ...(profile !== undefined && { profile }),
  }
}

const minuteMs = 60_000
/**
 * A record comes within a quarter of an hour (CloudTrail User Guide, "how CloudTrail works"), seldom later: it is looked for
 * those once more. The first poll reads a day.
 */
const windows = {
  settleMs: 15 * minuteMs,
  lateMs: 120 * minuteMs,
  backfillMs: 1_440 * minuteMs,
  sliceMs: 60 * minuteMs,
}

/** Accounts whose event history is read. */
export const readIn = (
  config: Config,
): readonly { readonly options: LookupOptions; readonly access: AwsAccess }[] =>
  config.aws.accounts
    .filter(({ regions, allRegions, lookup }) => lookup && (regions.length > 0 || allRegions))
    .map(({ id, regions, allRegions, reader }) => ({
      options: {
        name: `aws-${id}`,
        account: id,
        regions,
        isAll: allRegions,
        everyMs: config.aws.pollSeconds * 1000,
        ...windows,
      },
      access: accessOf(config, reader),
    }))

/** Accounts that use the named regions and no others, so that digests of all of them prove something about the account. */
export const completeIn = ({ aws }: Config): ReadonlyMap<string, readonly string[]> =>
  new Map(
    aws.accounts.filter(({ allRegions }) => allRegions).map(({ id, regions }) => [id, regions]),
  )

/** Accounts in which we may cut, each with who we are there. */
export const respondedIn = (config: Config): ReadonlyMap<string, AwsAccess> =>
  new Map(
    config.aws.accounts
      .filter(({ responder, respond }: AwsAccount) => responder !== undefined || respond)
      .map(({ id, responder }) => [id, accessOf(config, responder)]),
  )

/** Queues that are read, each with who we are there. */
export const queuesIn = (
  config: Config,
): readonly { readonly options: AwsQueue; readonly region: string; readonly access: AwsAccess }[] =>
  config.aws.queues.map((options) => ({
    options,
    region: regionOf(options) ?? '',
    access: accessOf(config, options.reader),
  }))
