import { lastPart } from '#shared/facts/arn.ts'
import type { Deed } from '#shared/messages/deed.ts'
import type { Call } from '../call.ts'
import {
  count,
  fields,
  firstText,
  isFalse,
  list,
  plain,
  text,
  texts,
  type Fields,
} from '../fields.ts'
import { deed, spoken, type DeedReader, type DeedTable } from './deed.ts'

/** `kind/name` of what a call names, by the first of its parameters that is there. */
export const thing =
  (kind: string, ...names: readonly string[]) =>
  ({ params }: Call): string =>
    `${kind}/${lastPart(firstText(params, ...names)) || '-'}`

/** A call that puts out an eye of the defence. */
export const weakens =
  (target: (call: Call) => string, says: string): DeedReader =>
  (call) => [
    deed(call, 'audit-weakened', target(call), `${says} ${spoken(target(call))}`, {
      effect: 'weakens',
    }),
  ]

/** A call that makes or repairs one. */
export const makes =
  (target: (call: Call) => string, says: string, effect: Deed['effect'] = 'neither'): DeedReader =>
  (call) => [deed(call, 'audit-made', target(call), `${says} ${spoken(target(call))}`, { effect })]

const trail = thing('trail', 'name', 'trailName', 'trailARN')
const store = thing('event-data-store', 'eventDataStore', 'name')

/** `name` where the trail is changed for the worse; '' where it is not. */
const losses: readonly (readonly [string, string])[] = [
  ['isMultiRegionTrail', 'no longer covers all regions'],
  ['includeGlobalServiceEvents', 'no longer covers global services'],
  ['enableLogFileValidation', 'no longer signs its files'],
  ['isOrganizationTrail', 'no longer covers the organisation'],
]

const trailUpdated: DeedReader = (call) => {
  const lost = losses.filter(([name]) => isFalse(call.params[name])).map(([, says]) => says)
  const bucket = text(call.params['s3BucketName'])
  const about = bucket === '' ? {} : { about: [`bucket/${bucket}`] }
  if (lost.length === 0) return [{ ...makesOne(call, 'changed'), ...about }]
  const says = `changed ${spoken(trail(call))}: it ${lost.join(', ')}`
  return [deed(call, 'audit-weakened', trail(call), says, { effect: 'weakens', ...about })]
}

const makesOne = (call: Call, says: string): Deed =>
  deed(call, 'audit-made', trail(call), `${says} ${spoken(trail(call))}`)

const trailCreated: DeedReader = (call) => {
  const bucket = text(call.params['s3BucketName'])
  return [{ ...makesOne(call, 'made'), ...(bucket !== '' && { about: [`bucket/${bucket}`] }) }]
}

/** Whether a basic selector records all management events. */
const recordsAll = (selector: unknown): boolean => {
  const { includeManagementEvents, readWriteType } = fields(selector)
  return !isFalse(includeManagementEvents) && (plain(readWriteType) || 'All') === 'All'
}

/** Services whose many events a trail may leave out for their price (CloudTrail User Guide, "exclude AWS KMS events"). */
const dearSources: ReadonlySet<string> = new Set(['kms.amazonaws.com', 'rdsdata.amazonaws.com'])

/** A condition that takes nothing away but the dear sources. */
function leavesAll({ field, notEquals, ...tests }: Fields): boolean {
  if (field === 'eventCategory') return texts(tests['equals']).includes('Management')
  const left = texts(notEquals)
  return field === 'eventSource' && left.length > 0 && left.every((name) => dearSources.has(name))
}

/** Whether an advanced selector records all management events, at most without the dear sources. */
const recordsAllAdvanced = (selector: unknown): boolean => {
  const conditions = list(fields(selector)['fieldSelectors']).map(fields)
  return (
    conditions.some(({ field }) => field === 'eventCategory') &&
    conditions.every((condition) => leavesAll(condition))
  )
}

/** What a trail records: without all management events somebody works in the dark (CloudTrail API Reference). */
const selectorsPut: DeedReader = (call) => {
  const basic = list(call.params['eventSelectors'])
  const advanced = list(call.params['advancedEventSelectors'])
  const whole = basic.some(recordsAll) || advanced.some(recordsAllAdvanced)
  const target = trail(call)
  return [
    deed(
      call,
      whole ? 'audit-made' : 'audit-weakened',
      target,
      whole
        ? `let ${spoken(target)} record all management events`
        : `cut down what ${spoken(target)} records`,
      { effect: whole ? 'restores' : 'weakens' },
    ),
  ]
}

const insightsPut: DeedReader = (call) =>
  list(call.params['insightSelectors']).length === 0
    ? weakens(trail, 'switched off the insights of')(call)
    : makes(trail, 'switched on the insights of')(call)

/** Ids of flow logs: a list, or EC2's own wrapping of one. */
const flowLogs = ({ params, response }: Call): readonly string[] => {
  const inside = fields(params['DeleteFlowLogsRequest'])
  const asked = [
    ...texts(inside['FlowLogId']),
    ...texts(params['flowLogId']),
    ...texts(params['flowLogIds']),
  ]
  const made = fields(
    fields(response['CreateFlowLogsResponse'])['flowLogIdSet'] ?? response['flowLogIdSet'],
  )
  const ids = asked.length > 0 ? asked : [...texts(made['item']), ...texts(made)]
  return ids.filter((id) => id.startsWith('fl-') || id === '...')
}

const flowLogDeeds =
  (kind: 'audit-weakened' | 'audit-made', says: string): DeedReader =>
  (call) => {
    const ids = flowLogs(call)
    return (ids.length > 0 ? ids : ['-']).map((id) =>
      deed(call, kind, `flow-log/${id}`, `${says} flow log ${id}`, {
        effect: kind === 'audit-weakened' ? 'weakens' : 'neither',
      }),
    )
  }

const bucket = thing('bucket', 'bucketName')

/** Days after which the shortest enabled rule deletes objects; NaN where none does. */
function shortestLife(call: Call): number {
  const { params } = call
  const configuration = fields(params['LifecycleConfiguration'] ?? params['lifecycleConfiguration'])
  const rules = list(configuration['Rule'] ?? configuration['rules'] ?? configuration['Rules'])
  const days = rules
    .map(fields)
    .filter((rule) => plain(rule['Status'] ?? rule['status']) !== 'Disabled')
    .map((rule) => count(fields(rule['Expiration'] ?? rule['expiration'])['Days']))
    .filter((each) => each >= 0)
  return days.length > 0 ? Math.min(...days) : Number.NaN
}

/** Event history, which nobody can switch off, reaches back as far (CloudTrail User Guide): a trail that keeps less keeps nothing. */
const daysOfHistory = 90

/** Deleting the objects of a bucket soon; whether the bucket holds a trail's logs is told by the trail's own deeds. */
const lifecyclePut: DeedReader = (call) => {
  const days = shortestLife(call)
  if (!(days < daysOfHistory)) return []
  const target = bucket(call)
  return [
    deed(
      call,
      'audit-weakened',
      target,
      `made ${spoken(target)} delete its objects after ${days} day${days === 1 ? '' : 's'}`,
      {
        effect: 'weakens',
        amount: days,
      },
    ),
  ]
}

const versioningPut: DeedReader = (call) => {
  const status = plain(fields(call.params['VersioningConfiguration'])['Status'])
  return status === 'Suspended' ? weakens(bucket, 'stopped the versions of')(call) : []
}

/** An empty status switches access logging off (S3 API Reference, PutBucketLogging). */
const loggingPut: DeedReader = (call) => {
  const status = fields(call.params['BucketLoggingStatus'])
  return status['LoggingEnabled'] === undefined
    ? weakens(bucket, 'switched off the access log of')(call)
    : makes(bucket, 'switched on the access log of')(call)
}

/** CloudTrail, flow logs, and the buckets that keep them. */
export const audit: DeedTable = {
  'cloudtrail:CreateTrail': trailCreated,
  'cloudtrail:StartLogging': makes(trail, 'started', 'restores'),
  'cloudtrail:StopLogging': weakens(trail, 'stopped'),
  'cloudtrail:DeleteTrail': weakens(trail, 'deleted'),
  'cloudtrail:UpdateTrail': trailUpdated,
  'cloudtrail:PutEventSelectors': selectorsPut,
  'cloudtrail:PutInsightSelectors': insightsPut,
  'cloudtrail:DeleteEventDataStore': weakens(store, 'deleted'),
  'cloudtrail:StopEventDataStoreIngestion': weakens(store, 'stopped'),
  'cloudtrail:StartEventDataStoreIngestion': makes(store, 'started', 'restores'),
  'cloudtrail:RestoreEventDataStore': makes(store, 'restored', 'restores'),
  'cloudtrail:CreateEventDataStore': makes(store, 'made'),
  'cloudtrail:DeregisterOrganizationDelegatedAdmin': weakens(
    thing('account', 'delegatedAdminAccountId'),
    'took the trails from',
  ),
  'ec2:CreateFlowLogs': flowLogDeeds('audit-made', 'made'),
  'ec2:DeleteFlowLogs': flowLogDeeds('audit-weakened', 'deleted'),
  's3:PutBucketLifecycle': lifecyclePut,
  's3:PutBucketLifecycleConfiguration': lifecyclePut,
  's3:DeleteBucketLifecycle': makes(bucket, 'took the lifecycle from', 'restores'),
  's3:PutBucketVersioning': versioningPut,
  's3:PutBucketLogging': loggingPut,
  's3:DeleteBucket': weakens(bucket, 'deleted'),
}
