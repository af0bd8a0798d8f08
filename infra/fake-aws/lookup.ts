import { createHash } from 'node:crypto'
import type { Params } from './call.ts'
import { ApiError } from './errors.ts'
import { optional } from './params.ts'
import type { TrailRecord } from './record.ts'
import type { Trail } from './trail.ts'

const pageMax = 50
const perSecond = 2

/**
 * LookupEvents of one cloud (CloudTrail API Reference): newest first, 50 a page, two calls a second for an account and region.
 *
 * @param tokenLife how long the token of a page is good, ms
 */
export function lookupOf(trail: Trail, tokenLife: number) {
  // One entry for each account and region that was ever asked.
  const calls = new Map<string, readonly number[]>()
  return (params: Params, account: string, region: string, now: number): Params => {
    const key = `${account}:${region}`
    const recent = (calls.get(key) ?? []).filter((at) => at > now - 1_000)
    if (recent.length >= perSecond) throw new ApiError('ThrottlingException', 400, 'Rate exceeded')
    calls.set(key, [...recent, now])
    return page(params, trail.readable(account, region, now), now, tokenLife)
  }
}

function page(
  params: Params,
  readable: readonly TrailRecord[],
  now: number,
  tokenLife: number,
): Params {
  const start = Number(params['StartTime'] ?? 0) * 1_000
  const end = Number(params['EndTime'] ?? now / 1_000) * 1_000
  if (start > end)
    throw new ApiError('InvalidTimeRangeException', 400, 'StartTime is after EndTime')
  const size = Number(params['MaxResults'] ?? pageMax)
  if (!(size >= 1 && size <= pageMax))
    throw new ApiError('InvalidMaxResultsException', 400, 'MaxResults must be from 1 to 50')
  const matching = readable
    .filter((record) => isAsked(record, start, end, params['LookupAttributes']))
    .toSorted((a, b) => (orderOf(a) < orderOf(b) ? 1 : -1))
  const same = digestOf(params)
  const after = positionOf(optional(params, 'NextToken'), same, now - tokenLife)
  const rest = after === '' ? matching : matching.filter((record) => orderOf(record) < after)
  const shown = rest.slice(0, size)
  const last = shown.at(-1)
  return {
    Events: shown.map(eventOf),
    ...(last && rest.length > size && { NextToken: tokenOf(same, now, orderOf(last)) }),
  }
}

const orderOf = ({ eventTime, eventID }: TrailRecord): string => `${eventTime} ${eventID}`

function isAsked(record: TrailRecord, start: number, end: number, attributes: unknown): boolean {
  const at = Date.parse(record.eventTime)
  if (at < start || at > end) return false
  const list: readonly Params[] = Array.isArray(attributes) ? attributes : []
  if (list.length > 1)
    throw new ApiError('InvalidLookupAttributesException', 400, 'Only one attribute can be given')
  const event: Params = eventOf(record)
  return list.every((each) => {
    const name = String(each['AttributeKey'])
    return event[name] === each['AttributeValue']
  })
}

function eventOf(record: TrailRecord) {
  const identity = record['userIdentity'] as Params
  const context = identity['sessionContext'] as Params | undefined
  const issuer = context?.['sessionIssuer'] as Params | undefined
  const arn = optional(identity, 'arn') ?? ''
  return {
    EventId: record.eventID,
    EventName: record.eventName,
    ReadOnly: String(record.readOnly),
    AccessKeyId: identity['accessKeyId'],
    EventTime: Date.parse(record.eventTime) / 1_000,
    EventSource: record.eventSource,
    Username: issuer ? arn.slice(arn.lastIndexOf('/') + 1) : identity['userName'],
    Resources: [],
    CloudTrailEvent: JSON.stringify(record),
  }
}

/** A token is good only with the parameters that it was given for. */
const digestOf = ({ NextToken: _, ...params }: Params): string =>
  createHash('sha256').update(JSON.stringify(params)).digest('hex').slice(0, 16)

const tokenOf = (same: string, now: number, after: string): string =>
  Buffer.from(`${same} ${now} ${after}`).toString('base64url')

function positionOf(token: string | undefined, same: string, oldest: number): string {
  if (token === undefined) return ''
  const [asked, given, ...after] = Buffer.from(token, 'base64url').toString().split(' ')
  if (asked !== same) throw refused('the parameters are not the same')
  if (!(Number(given) >= oldest)) throw refused('the token has expired')
  return after.join(' ')
}

const refused = (why: string): ApiError =>
  new ApiError('InvalidNextTokenException', 400, `Invalid token: ${why}`)
