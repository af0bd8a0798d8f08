import { LookupEventsCommand, type CloudTrailClient } from '@aws-sdk/client-cloudtrail'
import { Transient } from '#shared/errors.ts'
import type { AwsAccess } from '#shared/ports/aws-access.ts'
import type { EventHistory, LookupPage, LookupQuery } from '#shared/ports/cloudtrail.ts'
import { cloudTrailClient } from './clients.ts'

/** CloudTrail LookupEvents of the account that the access is for. */
export function eventHistory(access: AwsAccess): EventHistory & { readonly close: () => void } {
  // One client for each region that is asked.
  const clients = new Map<string, CloudTrailClient>()
  const clientOf = (region: string): CloudTrailClient => {
    const client = clients.get(region) ?? cloudTrailClient(access, region)
    clients.set(region, client)
    return client
  }
  return {
    page: (query) => page(clientOf(query.region), query),
    close: () => {
      for (const client of clients.values()) client.destroy()
    },
  }
}

/** Most events on one page (CloudTrail API Reference, LookupEvents). */
const pageMax = 50

async function page(client: CloudTrailClient, query: LookupQuery): Promise<LookupPage> {
  const { region, from, until, next } = query
  const command = new LookupEventsCommand({
    StartTime: new Date(from),
    EndTime: new Date(until),
    MaxResults: pageMax,
    ...(next !== undefined && { NextToken: next }),
  })
  try {
    const { Events = [], NextToken } = await client.send(command)
    const events = Events.map(({ EventId = '', EventTime, CloudTrailEvent = '' }) => ({
      id: EventId,
      at: EventTime?.getTime() ?? 0,
      text: CloudTrailEvent,
    }))
    return { as: 'page', events, ...(NextToken !== undefined && { next: NextToken }) }
  } catch (error) {
    const { name } = error as Error
    if (/^(?:Throttl|TooManyRequests|RequestLimitExceeded)/.test(name)) return { as: 'throttled' }
    if (name === 'InvalidNextTokenException') return { as: 'token-refused' }
    throw new Transient(`reading CloudTrail in ${region}${adviceFor(name)}`, { cause: error })
  }
}

/** What a person can do about it. */
function adviceFor(name: string): string {
  if (name.startsWith('AccessDenied'))
    return ' (the reader role needs cloudtrail:LookupEvents, see docs/connect-aws.md)'
  if (
    /^(?:UnrecognizedClient|InvalidClientTokenId|CredentialsProvider|InvalidSignature)/.test(name)
  )
    return ' (no valid credentials, or the region is not enabled in this account)'
  return ''
}
