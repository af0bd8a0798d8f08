import type { Normalised } from '#shared/messages/record.ts'
import { fields, text, type Fields } from './fields.ts'

type Route = readonly [holds: (record: Fields) => boolean, result: Normalised]

const ignored = (reason: string): Normalised => ({ as: 'ignored', reason })
const dead = (reason: string, field: string): Normalised => ({ as: 'dead', reason, field })

const category = (record: Fields, name: string, type: string): boolean =>
  record['eventCategory'] === name || record['eventType'] === type

/**
 * Shapes that come in the same files and streams and are no API call (CloudTrail User Guide: digest files, Insights events,
 * aggregated events), or look like one and are not. Asked before the schema, whose fields they do not have.
 */
const routes: readonly Route[] = [
  [
    (record) => 'digestEndTime' in record || 'previousDigestS3Object' in record,
    ignored('CloudTrail digest'),
  ],
  [
    (record) => category(record, 'Insight', 'AwsCloudTrailInsight'),
    ignored('CloudTrail insight event: a statistic, no call'),
  ],
  [
    (record) => category(record, 'Aggregated', 'AwsAggregatedEvent'),
    ignored('CloudTrail aggregated event: a summary, no call'),
  ],
  [
    (record) => 'acsRegion' in record || text(record['eventSource']).endsWith('.aliyuncs.com'),
    dead('not CloudTrail: Alibaba Cloud ActionTrail', 'eventSource'),
  ],
  [
    (record) => !('eventName' in record) && 'eventName' in fields(record['event']),
    dead('not CloudTrail: a record of another cloud, wrapped in `event`', 'event'),
  ],
  [
    (record) => record['eventName'] === '...' || record['eventSource'] === '...',
    dead('not CloudTrail: a skeleton whose values are left out', 'eventName'),
  ],
]

/** Most records say that they are calls of AWS; then only skeletons and Insights must still be told apart. */
const isPlainCall = ({ eventType, eventName, eventCategory, eventSource }: Fields): boolean =>
  eventType === 'AwsApiCall' &&
  eventName !== '...' &&
  eventSource !== '...' &&
  (eventCategory === 'Management' || eventCategory === 'Data')

/** Where a value goes that is no record of an API call; undefined for the others. */
export function routeAside(record: Fields): Normalised | undefined {
  if (isPlainCall(record)) return undefined
  for (const [holds, result] of routes) if (holds(record)) return result
  return undefined
}
